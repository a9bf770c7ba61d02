import { momentSchema, Problem, pageSizes } from '@fauna-flags/protocol';
import type { Context } from 'hono';
import { isStorable, storableMessage } from './inspect-json.ts';
import { readCursor } from './list.ts';
import { unfit } from './unfit.ts';

/** One query parameter: how it is described, and how it is read. */
export interface Parameter<Value> {
  readonly description: string;
  /** As JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Whether there is no answer without it. */
  readonly isRequired?: boolean;
  /** What it says, or a problem that says what would be right. The text is absent where the parameter is. */
  readonly read: (text: string | undefined, name: string) => Value;
}

/** The query parameters of an operation, by their names. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** What parameters say, once they are read. */
export type ReadParameters<Of extends Parameters> = {
  readonly [Name in keyof Of]: Of[Name] extends Parameter<infer Value> ? Value : never;
};

/** Reads every parameter of an operation. Others are nobody's business. */
export function readParameters<Of extends Parameters>(c: Context, parameters: Of): ReadParameters<Of> {
  const read = Object.entries(parameters).map(([name, parameter]) => [
    name,
    parameter.read(c.req.query(name), name),
  ]);
  return Object.fromEntries(read) as ReadParameters<Of>;
}

/** A 400 about one query parameter. */
function badParameter(name: string, message: string): Problem {
  return new Problem('invalid', `Cannot accept the request: "${name}" ${message}`, {
    errors: [{ path: name, message }],
  });
}

/** A text that is compared with what is stored. */
export function textParameter(description: string): Parameter<string | undefined> {
  return {
    description,
    schema: { type: 'string' },
    read: (text, name) => {
      if (text !== undefined && !isStorable(text)) {
        throw unfit({ what: 'search', path: name, message: storableMessage });
      }
      return text;
    },
  };
}

/** Yes, no, or not asked. */
export function booleanParameter(description: string): Parameter<boolean | undefined> {
  return {
    description,
    schema: { type: 'boolean' },
    read: (text, name) => {
      if (text !== undefined && text !== 'true' && text !== 'false') {
        throw badParameter(name, 'must be "true" or "false"');
      }
      return text === undefined ? undefined : text === 'true';
    },
  };
}

/** A moment: a date, or a date and time with a zone. */
export function momentParameter(description: string): Parameter<Date | undefined> {
  return {
    description,
    schema: { type: 'string', anyOf: [{ format: 'date-time' }, { format: 'date' }] },
    read: (text, name) => {
      if (text === undefined) return undefined;
      const parsed = momentSchema.safeParse(text);
      if (parsed.success) return new Date(parsed.data);
      throw badParameter(name, parsed.error.issues[0]?.message ?? 'must be a date');
    },
  };
}

/** A whole number from 1. */
export function countParameter(description: string): Parameter<number | undefined> {
  return {
    description,
    schema: { type: 'integer', minimum: 1 },
    read: (text, name) => {
      if (text === undefined) return undefined;
      if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
      throw badParameter(name, 'must be a whole number from 1');
    },
  };
}

/** One of some words. */
export function choiceParameter<const Word extends string>(
  words: readonly Word[],
  description: string,
): Parameter<Word | undefined> {
  return {
    description,
    schema: { enum: words },
    read: (text, name) => {
      const word = words.find((each) => each === text);
      if (text === undefined || word !== undefined) return word;
      throw badParameter(name, `must be ${words.map((each) => `"${each}"`).join(' or ')}`);
    },
  };
}

/** The same, but there is no answer without it. */
export function required<Value>(parameter: Parameter<Value | undefined>): Parameter<Value> {
  return {
    ...parameter,
    isRequired: true,
    read: (text, name) => {
      const value = parameter.read(text === '' ? undefined : text, name);
      if (value === undefined) throw badParameter(name, 'is required');
      return value;
    },
  };
}

/**
 * What every list takes: `limit`, `cursor`, and `query` where it can be searched. `isPlace` tells what a cursor of this
 * list can hold.
 */
export function pageParameters(isPlace: (text: string) => boolean) {
  const limit: Parameter<number> = {
    description: 'How many items at most.',
    schema: { type: 'integer', minimum: 1, maximum: pageSizes.max, default: pageSizes.default },
    read: (text, name) => {
      if (text === undefined) return pageSizes.default;
      const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
      if (limit >= 1 && limit <= pageSizes.max) return limit;
      throw badParameter(name, `must be a whole number from 1 to ${pageSizes.max}`);
    },
  };
  const cursor: Parameter<string | undefined> = {
    description: 'The `nextCursor` of the page before.',
    schema: { type: 'string' },
    read: (text, name) => {
      if (text === undefined) return undefined;
      const place = readCursor(text);
      if (place !== undefined && isPlace(place)) return place;
      throw badParameter(name, 'must be a "nextCursor" of this list');
    },
  };
  const search = textParameter('Only what has this text in it, in upper or lower case.');
  const query: Parameter<string | undefined> = {
    ...search,
    read: (text, name) => (text === '' ? undefined : search.read(text, name)),
  };
  return { limit, cursor, query };
}
