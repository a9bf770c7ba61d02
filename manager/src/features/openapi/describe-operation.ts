import type { z } from 'zod';
import {
  type Needs,
  type Operation,
  permissionText,
  problemsOf,
  successStatus,
} from '../../platform/http/index.ts';
import type { JsonObject } from './json-object.ts';
import { parametersOf } from './parameters-of.ts';
import type { ProblemResponses } from './problem-responses.ts';
import type { Schemas } from './schemas.ts';
import { tagOf } from './tags.ts';

/** One operation in the words of OpenAPI. */
export function describeOperation(
  operation: Operation,
  { schemas, problems }: { readonly schemas: Schemas; readonly problems: ProblemResponses },
): JsonObject {
  const { description: is } = operation;
  return {
    operationId: is.id,
    tags: [tagOf(operation)],
    summary: capitalised(is.summary),
    description: [is.description, permissionText(is.needs)].filter((text) => text !== undefined).join('\n\n'),
    ...security(is.needs),
    'x-permission': is.needs,
    parameters: parametersOf(operation),
    ...(is.body === undefined
      ? {}
      : {
          requestBody: {
            required: !is.body.safeParse({}).success,
            content: { 'application/json': { schema: schemas.refer(is.body, 'input') } },
          },
        }),
    responses: {
      [successStatus(operation)]: success(operation, schemas),
      ...problems.refer(problemsOf(operation)),
    },
  };
}

const json = 'application/json';

function security(needs: Needs): JsonObject {
  if (needs === 'anyone') return { security: [] };
  return needs === 'session' ? { security: [{ session: [] }] } : {};
}

function success(operation: Operation, schemas: Schemas): JsonObject {
  const { answer, media } = operation.description;
  if (answer === undefined && media === undefined) {
    return { description: successStatus(operation) === 302 ? 'Goes on at `Location`.' : 'Done.' };
  }
  const content = (media ?? [json]).map((type) => [
    type,
    { schema: answer === undefined || type !== json ? { type: 'string' } : schemas.refer(answer, 'output') },
  ]);
  return {
    description: successStatus(operation) === 201 ? 'What was made.' : 'What was asked for.',
    ...(answer !== undefined && isVersioned(answer)
      ? {
          headers: {
            ETag: {
              description: 'The revision, as the `If-Match` of a change wants it.',
              schema: { type: 'string' },
              example: '"1"',
            },
          },
        }
      : {}),
    content: Object.fromEntries(content),
  };
}

function isVersioned(schema: z.ZodType): boolean {
  return 'shape' in schema && Object.hasOwn(schema.shape as object, 'revision');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
