import { problemBodySchema, problemStatuses } from '@fauna-flags/protocol';
import { z } from 'zod';
import {
  isConditional,
  type Operation,
  type Parameter,
  pathNames,
  permissionText,
  problemsOf,
  successStatus,
} from '../../platform/http/index.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** An OpenAPI 3.1 document, as JSON. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: { readonly schemas: JsonObject } & JsonObject;
  readonly [member: string]: unknown;
}

/** Describes operations in the words of OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
export function openApiDocument({
  operations,
  version,
}: {
  readonly operations: readonly Operation[];
  readonly version: string;
}): OpenApiDocument {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const operation of operations) {
    const path = `/api/v1${operation.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, schemas) };
  }
  const problem = schemas.refer(problemBodySchema, 'output');
  return {
    openapi: '3.1.1',
    info: {
      title: 'Fauna',
      version,
      description:
        'The management API: everything that the dashboard does goes through it. Errors are `application/problem+json` with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { session: [] }],
    tags: [...new Set(operations.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.all(),
      responses: Object.fromEntries(
        [...new Set(Object.values(problemStatuses))].map((status) => [
          `problem${status}`,
          {
            description: codesWith(status).join(', '),
            content: { 'application/problem+json': { schema: problem } },
          },
        ]),
      ),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'fauna_session',
          description:
            'What a browser gets when somebody signs in; under https its name begins with `__Host-`.',
        },
      },
    },
  };
}

function describe(operation: Operation, schemas: Schemas): JsonObject {
  const { description: is } = operation;
  const status = successStatus(operation);
  return {
    operationId: is.id,
    tags: [tagOf(operation)],
    summary: is.summary.charAt(0).toUpperCase() + is.summary.slice(1),
    description: [is.description, permissionText(is.needs)].filter((text) => text !== undefined).join('\n\n'),
    ...(is.needs === 'anyone' ? { security: [] } : {}),
    ...(is.needs === 'session' ? { security: [{ session: [] }] } : {}),
    parameters: [
      ...pathNames(operation).map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...Object.entries(is.query ?? {}).map(queryParameter),
      ...headers(operation),
    ],
    ...(is.body === undefined
      ? {}
      : {
          requestBody: {
            required: !is.body.safeParse({}).success,
            content: { 'application/json': media(is.body, 'input', schemas) },
          },
        }),
    responses: {
      [status]: {
        description: status === 204 ? 'Done.' : 'Success.',
        ...(is.answer === undefined
          ? {}
          : { content: { 'application/json': media(is.answer, 'output', schemas) } }),
        ...(is.media === undefined
          ? {}
          : { content: Object.fromEntries(is.media.map((type) => [type, { schema: { type: 'string' } }])) }),
      },
      ...problems(operation),
    },
  };
}

function tagOf({ path }: Operation): string {
  // The last word that names a collection: what hangs below an environment is a thing of its own.
  const words = path.split('/').filter((word) => word !== '' && !word.startsWith(':'));
  return words.findLast((word) => collections.has(word)) ?? words[0] ?? 'installation';
}

const collections = new Set([
  'projects',
  'environments',
  'attributes',
  'audiences',
  'flags',
  'sdk-keys',
  'context-secrets',
  'members',
  'invitations',
  'webhooks',
  'audit',
  'tokens',
  'users',
  'sessions',
]);

function queryParameter([name, { description, schema, isRequired }]: [
  string,
  Parameter<unknown>,
]): JsonObject {
  return { name, in: 'query', required: isRequired === true, description, schema };
}

function headers(operation: Operation): readonly JsonObject[] {
  const header = (name: string, required: boolean, description: string) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  });
  return [
    ...(isConditional(operation)
      ? [header('If-Match', true, 'The revision that the sender has seen, as `"3"`; `*` for any.')]
      : []),
    ...(operation.description.isConfirmed === true
      ? [
          header(
            'X-Confirm',
            false,
            'The key of the environment, where the environment wants its changes confirmed.',
          ),
        ]
      : []),
    ...(operation.method === 'POST'
      ? [
          header(
            'Idempotency-Key',
            false,
            'The same key within a day is done once, and answered the same again.',
          ),
        ]
      : []),
  ];
}

function problems(operation: Operation): JsonObject {
  const codes = [...problemsOf(operation)];
  const statuses = [...new Set(codes.map((code) => problemStatuses[code]))].sort();
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/problem${status}` }]),
  );
}

function codesWith(status: number): readonly string[] {
  return Object.entries(problemStatuses)
    .filter(([, each]) => each === status)
    .map(([code]) => `\`${code}\``);
}

function media(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): JsonObject {
  const [example] = (schema.meta()?.examples as readonly unknown[] | undefined) ?? [];
  return { schema: schemas.refer(schema, io), ...(example === undefined ? {} : { example }) };
}

/** Schemas by their names, each written once and referred to from everywhere else. */
class Schemas {
  readonly #named = new Map<string, JsonObject>();

  /** What stands for a schema in the document. Schemas with an `id` go among the named ones, wherever they are met. */
  refer(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $defs, $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonObject;
    for (const [name, definition] of Object.entries(($defs as JsonObject | undefined) ?? {})) {
      this.#keep(name, definition as JsonObject);
    }
    const { id, ...own } = relocated(rest) as { id?: string };
    if (id === undefined) return own;
    this.#keep(id, rest);
    return { $ref: `#/components/schemas/${id}` };
  }

  all(): JsonObject {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #keep(name: string, definition: JsonObject): void {
    const { id: _, ...kept } = relocated(definition) as JsonObject;
    const known = this.#named.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(kept))
      throw new Error(`Cannot describe two schemas by the name "${name}"`);
    this.#named.set(name, kept);
  }
}

/** Points what refers to definitions inside a schema to where the document keeps them. */
function relocated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === '$ref' && typeof member === 'string'
        ? member.replace('#/$defs/', '#/components/schemas/')
        : relocated(member),
    ]),
  );
}
