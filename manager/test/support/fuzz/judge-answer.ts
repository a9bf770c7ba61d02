import type { OpenApiDocument } from '../../../src/features/openapi/index.ts';
import { type DocumentedOperation, type DocumentSchemas, dereference, pointerTo } from '../open-api.ts';

/** An answer as it came, its text not yet read as anything. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Why an answer is not one that the document promises; `undefined` when it is. The document alone decides. */
export function judgeAnswer(
  document: OpenApiDocument,
  schemas: DocumentSchemas,
  { method, path, is }: DocumentedOperation,
  { status, headers, text }: RawAnswer,
): string | undefined {
  if (status >= 500) return `${status} is no answer to any request`;
  const reference = is.responses[status];
  if (reference === undefined) return `${status} is not among ${Object.keys(is.responses)}`;
  const response = dereference(document, reference);
  if (response.content === undefined) return text === '' ? undefined : `there is a body with ${status}`;
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim() ?? '';
  if (response.content[type] === undefined)
    return `"${type}" is not among ${Object.keys(response.content)} of ${status}`;
  if (!type.endsWith('json')) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return `the body is not JSON: ${text.slice(0, 200)}`;
  }
  const pointer =
    typeof reference.$ref === 'string'
      ? `${reference.$ref}${pointerTo('content', type, 'schema').slice(1)}`
      : pointerTo('paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema');
  const wrong = schemas.wrong(pointer, body);
  if (wrong !== undefined) return `the body of ${status} does not fit: ${wrong}`;
  return response.headers?.ETag === undefined ? undefined : judgeTag(headers, body);
}

function judgeTag(headers: Headers, body: unknown): string | undefined {
  const { revision } = body as { revision?: unknown };
  return headers.get('etag') === `"${revision}"` ? undefined : `the ETag is not the revision ${revision}`;
}
