import { queryOptions } from '@tanstack/svelte-query';
import { readProblem, unreachable } from '$lib/api/problem.ts';

/** A JSON Schema, as far as the page shows it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly readOnly?: boolean;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** What an operation takes in its path, behind it, or in a header. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
  readonly example?: string;
}

/** What an operation answers with one status. */
export interface Answer {
  readonly status: string;
  readonly description: string;
  readonly mediaType: string | undefined;
  readonly schema: Schema | undefined;
  readonly example: unknown;
  /** The codes of a refusal, each with an example. */
  readonly problems: readonly { readonly code: string; readonly example: unknown }[];
}

/** One thing that the API can be asked for. */
export interface ApiOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly group: string;
  readonly summary: string;
  readonly description: string;
  /** The permission that it takes, or whom it takes. */
  readonly permission: string;
  /** The least role with that permission. */
  readonly role: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly body:
    | { readonly schema: Schema; readonly example: unknown; readonly required: boolean }
    | undefined;
  readonly answers: readonly Answer[];
}

/** The API as people read about it. */
export interface Reference {
  readonly title: string;
  readonly version: string;
  readonly introduction: string;
  readonly groups: readonly {
    readonly name: string;
    readonly description: string;
    readonly operations: readonly ApiOperation[];
  }[];
  readonly operations: ReadonlyMap<string, ApiOperation>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** Where the document is, for programs. */
export const documentUrl = '/api/openapi.json';

/** The API's own document, read for people. Anyone may ask for it. */
export function referenceQuery() {
  return queryOptions({
    queryKey: ['openapi'],
    queryFn: async ({ signal }) => {
      const response = await fetch(documentUrl, { signal }).catch((error: unknown) => {
        throw signal.aborted ? error : unreachable(error);
      });
      if (!response.ok) throw await readProblem(response);
      return readReference((await response.json()) as OpenApi);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

interface Media {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Response {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Readonly<Record<string, Media>>;
}

interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly 'x-permission': string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Response>>;
}

/** The document, as far as it is read here; it is the same release of the same server that served this page. */
interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
  readonly 'x-permissions': Readonly<Record<string, string>>;
}

/** Reads an OpenAPI document. */
function readReference(document: OpenApi): Reference {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, is]) => readOperation(document, method.toUpperCase(), path, is)),
  );
  return {
    title: document.info.title,
    version: document.info.version,
    introduction: document.info.description,
    groups: document.tags.map(({ name, description }) => ({
      name,
      description,
      operations: operations.filter(({ group }) => group === name),
    })),
    operations: new Map(operations.map((operation) => [operation.id, operation])),
    schemas: document.components.schemas,
  };
}

function readOperation(document: OpenApi, method: string, path: string, is: OpenApiOperation): ApiOperation {
  const body = is.requestBody?.content['application/json'];
  return {
    id: is.operationId,
    method,
    path,
    group: is.tags[0] ?? '',
    summary: is.summary,
    description: is.description,
    permission: is['x-permission'],
    role: document['x-permissions'][is['x-permission']],
    parameters: is.parameters,
    body: body?.schema && {
      schema: body.schema,
      example: body.example,
      required: is.requestBody?.required ?? false,
    },
    answers: Object.entries(is.responses).map(([status, response]) => readAnswer(document, status, response)),
  };
}

function readAnswer(document: OpenApi, status: string, { $ref, ...own }: Response): Answer {
  const is = $ref === undefined ? own : document.components.responses[$ref.split('/').at(-1) ?? ''];
  const [mediaType, media] = Object.entries(is?.content ?? {})[0] ?? [];
  return {
    status,
    description: is?.description ?? '',
    mediaType,
    schema: media?.schema,
    example: media?.example,
    problems: Object.entries(media?.examples ?? {}).map(([code, { value }]) => ({ code, example: value })),
  };
}
