/**
 * The flags and users that every engine gets: written once in words that all of them have, translated by each engine.
 *
 * A plain flag has two rules (country in five values, email ends with a domain; both serve on) and otherwise a rollout of
 * 30 % by user key. With `everything` a flag also has individual targets, a third rule on an audience and, but for the
 * heads, the prerequisite that the head of its ten serves on. Heads serve a fixed value instead of the rollout, so that
 * whether a prerequisite holds is the same in every engine, however it hashes.
 */
export interface ReferenceSet {
  readonly name: ReferenceSetName;
  readonly flags: readonly ReferenceFlag[];
  readonly audiences: readonly ReferenceAudience[];
  readonly users: readonly ReferenceUser[];
}

/** Which flags: their number, and whether they use everything a flag can have or two rules and a rollout only. */
export type ReferenceSetName = keyof typeof sizes;

/** One flag of two variations, on and off. Targets come first, then the rules in this order of fields. */
export interface ReferenceFlag {
  readonly key: string;
  /** Seeds the rollout in engines that take a seed. */
  readonly salt: string;
  /** The flag that must serve on, else this one is off. */
  readonly prerequisite?: string;
  /** User keys that get on before any rule is asked. */
  readonly targets: readonly string[];
  readonly countries: readonly string[];
  readonly emailSuffix: string;
  readonly audience?: string;
  /** What is served where no rule holds: a fixed variation, or the rollout. */
  readonly otherwise: 'on' | 'off' | 'rollout';
}

/** Users of certain plans that are at least so old. */
interface ReferenceAudience {
  readonly key: string;
  readonly plans: readonly string[];
  readonly ageMin: number;
}

/** A user, in the attributes that the flags ask for. */
export interface ReferenceUser {
  readonly key: string;
  readonly country: string;
  readonly email: string;
  readonly plan: string;
  readonly age: number;
}

/** The share of users, in percent, that a rollout turns on. */
export const rolloutPercent = 30;

const sizes = {
  'rules-100': { flags: 100, everything: false },
  'rules-350': { flags: 350, everything: false },
  'everything-100': { flags: 100, everything: true },
} as const;

const userCount = 200;
const targetsPerFlag = 5;
const audienceCount = 10;
/** One head and nine flags that depend on it. */
const flagsPerHead = 10;
const countries = 'AR AT AU BE BR CA CH DE DK ES FI FR GB IE IN IT JP NL SE US'.split(' ');
const domains = 'acme aster birch cedar delta ember fjord grove heron inlet'
  .split(' ')
  .map((d) => `@${d}.example`);
const plans = ['free', 'plus', 'pro', 'team'];

/** The names of the sets, in the order in which they are reported. */
export const referenceSetNames = Object.keys(sizes).filter(isReferenceSetName);

/** True for the name of a set. */
export function isReferenceSetName(name: string): name is ReferenceSetName {
  return Object.hasOwn(sizes, name);
}

/** Makes one set. The same name gives the same set in every process. */
export function referenceSet(name: ReferenceSetName): ReferenceSet {
  const { flags, everything } = sizes[name];
  const random = pseudoRandom(0x5eed);
  const users = Array.from({ length: userCount }, (_, index) => user(index, random));
  const audiences = Array.from({ length: everything ? audienceCount : 0 }, (_, index) => ({
    key: `audience-${index}`,
    plans: pick(plans, 2, random),
    ageMin: 30 + 5 * (index % 6),
  }));
  return {
    name,
    users,
    audiences,
    flags: Array.from({ length: flags }, (_, index) => {
      const plain = plainFlag(index, random);
      return everything ? withEverything(plain, { index, users, audiences, random }) : plain;
    }),
  };
}

function user(index: number, random: () => number): ReferenceUser {
  // As long as the identifiers that applications really use: hashing them is part of the cost.
  const key = `user-${hex(random)}${hex(random)}${hex(random)}${hex(random)}`;
  return {
    key,
    country: one(countries, random),
    email: `person.${index}${one(domains, random)}`,
    plan: one(plans, random),
    age: 18 + Math.floor(random() * 60),
  };
}

function plainFlag(index: number, random: () => number): ReferenceFlag {
  return {
    key: flagKey(index),
    salt: hex(random),
    targets: [],
    countries: pick(countries, 5, random),
    emailSuffix: one(domains, random),
    otherwise: 'rollout',
  };
}

function withEverything(
  flag: ReferenceFlag,
  from: {
    readonly index: number;
    readonly users: readonly ReferenceUser[];
    readonly audiences: readonly ReferenceAudience[];
    readonly random: () => number;
  },
): ReferenceFlag {
  const { index, users, audiences, random } = from;
  const head = index - (index % flagsPerHead);
  const rich = {
    ...flag,
    targets: pick(users, targetsPerFlag, random).map(({ key }) => key),
    audience: one(audiences, random).key,
  };
  // One head in five is off for most users, so that failed prerequisites are met too.
  if (index === head) return { ...rich, otherwise: (head / flagsPerHead) % 5 === 4 ? 'off' : 'on' };
  return { ...rich, prerequisite: flagKey(head) };
}

function flagKey(index: number): string {
  return `flag-${String(index).padStart(3, '0')}`;
}

/** mulberry32: small, seeded, and good enough to spread users over countries. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function hex(random: () => number): string {
  return Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}

function one<T>(from: readonly T[], random: () => number): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new Error('Cannot pick one of an empty list');
  return found;
}

function pick<T>(from: readonly T[], count: number, random: () => number): T[] {
  const left = [...from];
  return Array.from({ length: count }, () => {
    const picked = one(left, random);
    left.splice(left.indexOf(picked), 1);
    return picked;
  });
}
