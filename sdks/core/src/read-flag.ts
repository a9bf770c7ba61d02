/*
 * Reads one flag of a ruleset and judges its structure. Rulesets are validated when they are written; this is the second
 * line, for what was written by an older or a newer release or damaged on the way. It is strict about what evaluation
 * needs and ignores what it does not know.
 */
import { isDeeperThan, type JsonObject, ownMember } from './json.ts';
import { rulesetLimits, weightTotal } from './limits.ts';
import { MalformedError, type Reading, tryReading } from './malformed.ts';
import type { FlagKind, Prerequisite } from './model.ts';
import { oncePerObject } from './once-per-object.ts';
import { readBoolean, readList, readObject, readOptionalString, readString } from './read-json.ts';
import { type ReadMatch, readMatch } from './read-match.ts';

/** One slice of a rollout: the place of its variation, and its weight. */
export interface ReadWeight {
  readonly variation: number;
  readonly weight: number;
}

/** What to serve: the place of a variation, or a rollout. */
export type ReadServe =
  | { readonly kind: 'variation'; readonly variation: number }
  | {
      readonly kind: 'rollout';
      readonly by: string;
      readonly seed: string;
      readonly weights: readonly ReadWeight[];
    };

/** A variation with its value as JSON text, which is what answers are made of. */
export interface ReadVariation {
  readonly key: string;
  readonly valueText: string;
}

/** A flag that can be evaluated: references are places in `variations`, and defaults are filled in. */
export interface ReadFlag {
  readonly enabled: boolean;
  readonly variations: readonly ReadVariation[];
  readonly offVariation: number;
  readonly prerequisites: readonly Prerequisite[];
  readonly targets: readonly { readonly variation: number; readonly keys: readonly string[] }[];
  readonly rules: readonly { readonly id: string; readonly match: ReadMatch; readonly serve: ReadServe }[];
  readonly defaultServe: ReadServe;
}

/**
 * Reads a flag, or says what is wrong with it: any unknown reference, wrong type or wrong sum. Total on any input.
 */
export function readFlag(json: unknown): Reading<ReadFlag> {
  return tryReading(() => {
    const flag = readObject(json, '');
    const kind = readKind(ownMember(flag, 'kind'));
    const salt = readString(ownMember(flag, 'salt'), 'salt');
    readBoolean(ownMember(flag, 'clientVisible'), 'clientVisible');
    const variations = readVariations(ownMember(flag, 'variations'), kind);
    const places = new Map(variations.map(({ key }, place) => [key, place]));
    return {
      enabled: readBoolean(ownMember(flag, 'enabled'), 'enabled'),
      variations,
      offVariation: readReference(ownMember(flag, 'offVariation'), places, 'offVariation'),
      prerequisites: readList(ownMember(flag, 'prerequisites'), 'prerequisites').map(readPrerequisite),
      targets: readList(ownMember(flag, 'targets'), 'targets').map((target, index) =>
        readTarget(target, places, `targets[${index}]`),
      ),
      rules: readList(ownMember(flag, 'rules'), 'rules').map((json, index) => {
        const path = `rules[${index}]`;
        const rule = readObject(json, path);
        return {
          id: readString(ownMember(rule, 'id'), `${path}.id`),
          match: readMatch(ownMember(rule, 'match'), `${path}.match`),
          serve: readServe(ownMember(rule, 'serve'), { places, salt, path: `${path}.serve` }),
        };
      }),
      defaultServe: readServe(ownMember(flag, 'defaultServe'), { places, salt, path: 'defaultServe' }),
    };
  });
}

/** The same for flags that never change: each is read once, in however many rulesets it is. */
export const rememberedReading = oncePerObject(readFlag);

/** Whether a flag, well-formed or not, is shown to clients. What is not plainly visible is hidden. */
export function isClientVisible(json: unknown): boolean {
  const reading = tryReading(() => ownMember(readObject(json, ''), 'clientVisible') === true);
  return 'value' in reading && reading.value;
}

function readKind(value: unknown): FlagKind {
  if (value === 'boolean' || value === 'string' || value === 'number' || value === 'json') return value;
  throw new MalformedError('kind', '"boolean", "string", "number" or "json"');
}

function readVariations(value: unknown, kind: FlagKind): readonly ReadVariation[] {
  const list = readList(value, 'variations');
  // The index of a variation is kept in one byte per flag by those who remember what they served.
  if (list.length > rulesetLimits.variationsPerFlag)
    throw new MalformedError('variations', `at most ${rulesetLimits.variationsPerFlag} variations`);
  const keys = new Set<string>();
  return list.map((item, index) => {
    const path = `variations[${index}]`;
    const variation = readObject(item, path);
    const key = readString(ownMember(variation, 'key'), `${path}.key`);
    if (keys.has(key)) throw new MalformedError(`${path}.key`, 'a key of its own');
    keys.add(key);
    return { key, valueText: readValue(ownMember(variation, 'value'), kind, `${path}.value`) };
  });
}

/** The JSON text of a variation's value. */
function readValue(value: unknown, kind: FlagKind, path: string): string {
  if (kind !== 'json' && typeof value !== kind) throw new MalformedError(path, `a ${kind}`);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new MalformedError(path, 'a finite number');
  // JSON.stringify recurses, and where the stack ends differs from runtime to runtime: the bound does not.
  if (isDeeperThan(value, rulesetLimits.valueDepth))
    throw new MalformedError(path, `nested at most ${rulesetLimits.valueDepth} deep`);
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new MalformedError(path, 'a JSON value');
  return text;
}

function readPrerequisite(value: unknown, index: number): Prerequisite {
  const path = `prerequisites[${index}]`;
  const prerequisite = readObject(value, path);
  return {
    flag: readString(ownMember(prerequisite, 'flag'), `${path}.flag`),
    variation: readString(ownMember(prerequisite, 'variation'), `${path}.variation`),
  };
}

function readTarget(value: unknown, places: ReadonlyMap<string, number>, path: string) {
  const target = readObject(value, path);
  return {
    variation: readReference(ownMember(target, 'variation'), places, `${path}.variation`),
    keys: readList(ownMember(target, 'keys'), `${path}.keys`).map((key, index) =>
      readString(key, `${path}.keys[${index}]`),
    ),
  };
}

interface ServeSurroundings {
  readonly places: ReadonlyMap<string, number>;
  readonly salt: string;
  readonly path: string;
}

function readServe(value: unknown, { places, salt, path }: ServeSurroundings): ReadServe {
  const serve = readObject(value, path);
  if (Object.hasOwn(serve, 'variation'))
    return {
      kind: 'variation',
      variation: readReference(serve.variation, places, `${path}.variation`),
    };
  const rolloutPath = `${path}.rollout`;
  const rollout = readObject(ownMember(serve, 'rollout'), rolloutPath);
  const hash = readOptionalString(rollout, 'hash', rolloutPath) ?? 'fauna';
  // Bucketing by a wrong algorithm would move everybody, so that an unknown one is not guessed.
  if (hash !== 'fauna') throw new MalformedError(`${rolloutPath}.hash`, '"fauna"');
  return {
    kind: 'rollout',
    by: readOptionalString(rollout, 'by', rolloutPath) ?? 'key',
    seed: readOptionalString(rollout, 'seed', rolloutPath) ?? salt,
    weights: readWeights(rollout, places, `${rolloutPath}.weights`),
  };
}

function readWeights(
  rollout: JsonObject,
  places: ReadonlyMap<string, number>,
  path: string,
): readonly ReadWeight[] {
  let total = 0;
  const weights = readList(ownMember(rollout, 'weights'), path).map((item, index) => {
    const slice = readObject(item, `${path}[${index}]`);
    const weight = ownMember(slice, 'weight');
    if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0)
      throw new MalformedError(`${path}[${index}].weight`, 'a whole number of 0 or more');
    total += weight;
    return {
      variation: readReference(ownMember(slice, 'variation'), places, `${path}[${index}].variation`),
      weight,
    };
  });
  if (total !== weightTotal) throw new MalformedError(path, `weights that sum to ${weightTotal}`);
  return weights;
}

function readReference(value: unknown, places: ReadonlyMap<string, number>, path: string): number {
  const place = places.get(readString(value, path));
  if (place === undefined) throw new MalformedError(path, 'the key of a variation');
  return place;
}
