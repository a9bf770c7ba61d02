import { keyPattern } from '@fauna-flags/protocol';
import {
  isConditional,
  type Operation,
  type Parameter,
  pathNames,
  problemsOf,
} from '../../platform/http/index.ts';
import type { JsonObject } from './json-object.ts';

/** What the parts of paths are; what is missing here is named after the thing that it names. */
const pathParts: Readonly<Record<string, { readonly description: string; readonly example: string }>> = {
  project: { description: 'Key of the project.', example: 'shop' },
  environment: { description: 'Key of the environment.', example: 'production' },
  flag: { description: 'Key of the flag.', example: 'google-pay' },
  audience: { description: 'Key of the audience.', example: 'students' },
  attribute: { description: 'Key of the attribute.', example: 'state' },
  kid: { description: 'The `kid` of the secret.', example: 'k3ZdW9' },
  revision: { description: 'The revision.', example: '3' },
};

/** What an operation takes beside its body. */
export function parametersOf(operation: Operation): readonly JsonObject[] {
  return [
    ...pathNames(operation).map(pathParameter),
    ...Object.entries(operation.description.query ?? {}).map(queryParameter),
    ...headers(operation),
  ];
}

function pathParameter(name: string): JsonObject {
  const { description, example } = pathParts[name] ?? {
    description: name === 'id' ? 'Its `id`.' : `The \`id\` or key of the ${name}.`,
    example: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a05',
  };
  return {
    name,
    in: 'path',
    required: true,
    description,
    schema: { type: 'string', pattern: keyPattern.source },
    example,
  };
}

function queryParameter([name, { description, schema, isRequired }]: [
  string,
  Parameter<unknown>,
]): JsonObject {
  return { name, in: 'query', required: isRequired === true, description, schema };
}

function headers(operation: Operation): readonly JsonObject[] {
  return [
    ...(problemsOf(operation).has('stale_revision')
      ? [
          header({
            name: 'If-Match',
            required: isConditional(operation),
            description: `The revision that the change was made with, as the \`ETag\` had it; \`*\` for any${isConditional(operation) ? '' : ', as without it'}.`,
            example: '"3"',
          }),
        ]
      : []),
    ...(operation.description.isConfirmed === true
      ? [
          header({
            name: 'X-Confirm',
            required: false,
            description: 'The key of the environment, where the environment wants its changes confirmed.',
            example: 'production',
          }),
        ]
      : []),
    ...(isRepeatable(operation)
      ? [
          header({
            name: 'Idempotency-Key',
            required: false,
            description: 'The same key within a day is done once, and answered the same again.',
            example: '0f8fad5b-d9cb-469f-a165-70867728950e',
          }),
        ]
      : []),
  ];
}

/** Whoever is nobody yet has no requests that could be remembered, and what is only looked at needs no memory. */
function isRepeatable({ method, description }: Operation): boolean {
  return method === 'POST' && description.needs !== 'anyone' && description.isKept !== false;
}

function header(of: {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly example: string;
}): JsonObject {
  return { ...of, in: 'header', schema: { type: 'string' } };
}
