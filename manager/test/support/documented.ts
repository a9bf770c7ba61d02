import { problemBodySchema, problemStatuses } from '@fauna-flags/protocol';
import { z } from 'zod';
import { type Operation, problemsOf, successStatus } from '../../src/platform/http/index.ts';

/** An answer as far as documents describe it. */
export interface DescribedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The operation that a request reaches, by its path below `/api/v1`. */
export function operationOf(
  operations: readonly Operation[],
  { method, path }: { readonly method: string; readonly path: string },
): Operation | undefined {
  const [plain = ''] = path.split('?', 1);
  return operations.find(
    (operation) =>
      operation.method === (method === 'HEAD' ? 'GET' : method) &&
      new RegExp(`^${operation.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(plain),
  );
}

/** Why an answer is not what its operation is documented to answer; `undefined` when it is. */
export function undocumented(operation: Operation, answer: DescribedAnswer): string | undefined {
  const what = `${operation.method} ${operation.path} answered ${answer.status}`;
  if (answer.status === successStatus(operation)) {
    const schema = operation.description.answer;
    if (schema === undefined) return undefined;
    const wrong = strictly(schema).safeParse(answer.body);
    return wrong.success ? undefined : `${what} with ${z.prettifyError(wrong.error)}`;
  }
  const problem = problemBodySchema.safeParse(answer.body);
  if (!problem.success) return `${what} with what is no problem: ${JSON.stringify(answer.body)}`;
  const { code } = problem.data;
  const isKnown = [...problemsOf(operation)].some((each) => each === code);
  if (!isKnown) return `${what} with ${code}, which is not documented: ${problem.data.detail}`;
  const status = problemStatuses[code as keyof typeof problemStatuses];
  return status === answer.status ? undefined : `${what} with ${code}, which is ${status}`;
}

/** The schema, but refusing members that it does not know, as the document does; loose ones stay loose. */
function strictly(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape = Object.fromEntries(
      Object.entries(schema.shape).map(([name, member]) => [name, strictly(member as z.ZodType)]),
    );
    return schema.def.catchall === undefined ? z.strictObject(shape) : z.looseObject(shape);
  }
  if (schema instanceof z.ZodArray) return z.array(strictly(schema.element as z.ZodType));
  if (schema instanceof z.ZodReadonly) return strictly(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodNullable) return strictly(schema.unwrap() as z.ZodType).nullable();
  if (schema instanceof z.ZodOptional) return strictly(schema.unwrap() as z.ZodType).optional();
  return schema;
}
