import type { ApiOperation } from './reference.ts';

/** A request as somebody is filling it in. */
export interface RequestDraft {
  /** What parameters say, by `in:name`; empty where they are left out. */
  readonly values: Readonly<Record<string, string>>;
  /** As JSON text. */
  readonly body: string;
}

/** The draft that a page begins with: what must be there is there, with an example in it. */
export function startDraft({ parameters, body }: ApiOperation): RequestDraft {
  const values = parameters.map(({ in: place, name, required, example }) => {
    const isRevision = name.toLowerCase() === 'if-match';
    return [`${place}:${name}`, isRevision ? '*' : required ? (example ?? '') : ''];
  });
  return {
    values: Object.fromEntries(values),
    body: body === undefined ? '' : JSON.stringify(body.example, null, 2),
  };
}

/** The request's path with its parameters filled in. */
export function urlOf({ path, parameters }: ApiOperation, { values }: RequestDraft): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[`path:${name}`] ?? ''),
  );
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && (values[`query:${parameter.name}`] ?? '') !== '')
    .map(({ name }) => [name, values[`query:${name}`] ?? '']);
  return query.length === 0 ? filled : `${filled}?${new URLSearchParams(query)}`;
}

/** The headers that the draft fills in; those of a body come on their own. */
export function headersOf(
  { parameters }: ApiOperation,
  { values }: RequestDraft,
): readonly [string, string][] {
  return parameters
    .filter((parameter) => parameter.in === 'header' && (values[`header:${parameter.name}`] ?? '') !== '')
    .map(({ name }) => [name, values[`header:${name}`] ?? '']);
}

/** The same request for a shell. The token is a variable, so that it stays out of the shell's memory. */
export function curlOf(operation: ApiOperation, draft: RequestDraft, origin: string): string {
  const { method, permission, body } = operation;
  const parts = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${quoted(origin + urlOf(operation, draft))}`,
    ...(permission === 'anyone' ? [] : ['-H "Authorization: Bearer $FAUNA_TOKEN"']),
    ...headersOf(operation, draft).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined || draft.body === ''
      ? []
      : ["-H 'Content-Type: application/json'", `-d ${quoted(draft.body)}`]),
  ];
  return parts.join(' \\\n  ');
}

/** In single quotes nothing means anything to a shell, but for the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
