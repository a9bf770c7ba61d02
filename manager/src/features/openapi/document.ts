import { permissions, problemStatuses } from '@fauna-flags/protocol';
import type { Operation } from '../../platform/http/index.ts';
import { describeOperation } from './describe-operation.ts';
import { exampleOf } from './example-of.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { ProblemResponses } from './problem-responses.ts';
import { Schemas } from './schemas.ts';
import { tagsOf } from './tags.ts';

/** An OpenAPI 3.1 document, as JSON. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: { readonly schemas: JsonObject } & JsonObject;
  readonly [member: string]: unknown;
}

const introduction = `Everything that the dashboard does goes through this API: JSON in, JSON out.

**Who asks.** Send \`Authorization: Bearer <API token>\`, or come with the session that signing in gives a browser. What an operation takes stands with it as \`x-permission\`, and \`x-permissions\` says the least role for each.

**Lists** answer \`{items, nextCursor?}\`; send \`nextCursor\` back as \`cursor\` for the page behind it.

**Revisions.** Every single resource carries \`revision\` and an \`ETag\`. A change says in \`If-Match\` which one it was made with: without it the answer is 428, and 412 with the resource as it is now where somebody else was faster. \`If-Match: *\` changes whatever is there.

**Repeating.** A POST with an \`Idempotency-Key\` is done once a day: sent again, it is answered the same again.

**Errors** are \`application/problem+json\` with a stable \`code\`; where single fields are wrong, \`errors\` names each.`;

/** Describes operations in the words of OpenAPI 3.1, whose schemas are JSON Schema 2020-12. The same operations give the same bytes. */
export function openApiDocument({
  operations,
  version,
}: {
  readonly operations: readonly Operation[];
  readonly version: string;
}): OpenApiDocument {
  const schemas = new Schemas();
  const problems = new ProblemResponses();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const operation of operations) {
    const path = `/api/v1${operation.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: describeOperation(operation, { schemas, problems }),
    };
  }
  const { document, schemas: named } = schemas.resolve({ paths, responses: problems.all(schemas) });
  return {
    openapi: '3.1.1',
    info: {
      title: 'Fauna management API',
      version,
      description: introduction,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This installation' }],
    security: [{ token: [] }, { session: [] }],
    tags: tagsOf(operations),
    paths: withExamples(document.paths, named) as OpenApiDocument['paths'],
    components: { schemas: named, responses: document.responses, securitySchemes },
    'x-permissions': permissions,
    'x-problem-codes': problemStatuses,
  };
}

/** Gives an example to whatever is sent or answered as JSON. */
function withExamples(value: unknown, schemas: JsonObject): unknown {
  if (Array.isArray(value)) return value.map((item) => withExamples(item, schemas));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'application/json' && isJsonObject(member)
        ? { ...member, example: exampleOf(member.schema, schemas) }
        : withExamples(member, schemas),
    ]),
  );
}

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API token, or `FAUNA_ADMIN_TOKEN`. It needs no defence against other sites, and has no session.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'fauna_session',
    description:
      'What a browser gets when somebody signs in; under https its name begins with `__Host-`. Only pages of this installation can use it.',
  },
} as const;
