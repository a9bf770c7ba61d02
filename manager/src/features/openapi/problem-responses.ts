import { Problem, type ProblemCode, problemBodySchema, problemStatuses } from '@fauna-flags/protocol';
import type { JsonObject } from './json-object.ts';
import { problemExamples, problemMeanings } from './problem-meanings.ts';
import type { Schemas } from './schemas.ts';

/** Refusals, each set of codes written once and referred to by every operation that it fits. */
export class ProblemResponses {
  readonly #sets = new Map<string, { readonly status: number; readonly codes: readonly ProblemCode[] }>();

  /** What an operation can be refused with, by status. */
  refer(codes: Iterable<ProblemCode>): JsonObject {
    const sorted = [...new Set(codes)].sort();
    const statuses = [...new Set(sorted.map((code) => problemStatuses[code]))].sort();
    return Object.fromEntries(
      statuses.map((status) => {
        const ofStatus = sorted.filter((code) => problemStatuses[code] === status);
        const name = ofStatus.join('.');
        this.#sets.set(name, { status, codes: ofStatus });
        return [status, { $ref: `#/components/responses/${name}` }];
      }),
    );
  }

  /** Every set by its name, in the order of their statuses. */
  all(schemas: Schemas): JsonObject {
    const problem = schemas.refer(problemBodySchema, 'output');
    return Object.fromEntries(
      [...this.#sets]
        .sort(([a, { status }], [b, { status: other }]) => status - other || (a < b ? -1 : 1))
        .map(([name, { status, codes }]) => [name, describe(status, codes, problem)]),
    );
  }
}

function describe(status: number, codes: readonly ProblemCode[], problem: JsonObject): JsonObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${problemMeanings[code]}`).join('\n\n'),
    ...(codes.some((code) => code === 'rate_limited' || code === 'retryable')
      ? {
          headers: {
            'Retry-After': {
              description: 'After how many seconds to try again.',
              schema: { type: 'integer' },
            },
          },
        }
      : {}),
    content: {
      'application/problem+json': {
        schema: { ...problem, properties: { status: { const: status }, code: { enum: codes } } },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

function exampleOf(code: ProblemCode): unknown {
  const { detail, ...extras } = problemExamples[code];
  return new Problem(code, detail, extras).toBody();
}
