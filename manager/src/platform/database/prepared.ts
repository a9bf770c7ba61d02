import { fillPlaceholders } from 'drizzle-orm';
import type { Queries, Statement } from './database.ts';

const madeFor = new WeakMap<Queries, Map<unknown, unknown>>();

/**
 * What `build` makes for these queries, made once for each connection: for statements of the write path, which Drizzle
 * otherwise builds anew each time, at more than what the database needs to run them. They end with `.prepare('')`: without
 * a name nothing is left behind on the server, so poolers in between do not matter.
 */
export function prepared<Made>(queries: Queries, build: (queries: Queries) => Made): Made {
  const known = madeFor.get(queries) ?? new Map<unknown, unknown>();
  madeFor.set(queries, known);
  // Only `build` has put anything under itself.
  if (known.has(build)) return known.get(build) as Made;
  const made = build(queries);
  known.set(build, made);
  return made;
}

/** A statement that was built once, with these values in its placeholders, for `later`. */
export function filled(
  queries: Queries,
  build: (queries: Queries) => Statement,
  values: Readonly<Record<string, unknown>>,
): Statement {
  const { sql, params } = prepared(queries, textOf(build));
  return { toSQL: () => ({ sql, params: fillPlaceholders(params, values) }) };
}

const texts = new Map<unknown, (queries: Queries) => ReturnType<Statement['toSQL']>>();

function textOf(build: (queries: Queries) => Statement) {
  const known = texts.get(build);
  if (known !== undefined) return known;
  const text = (queries: Queries) => build(queries).toSQL();
  texts.set(build, text);
  return text;
}
