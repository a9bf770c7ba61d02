import { ToldWords } from './told-words.ts';

/*
 * Few words, so that requests meet: what one has made, another changes, uses, and takes away.
 */

const keys = {
  project: ['shop', 'shop', 'shop', 'shop', 'shop', 'lab', 'nowhere'],
  environment: ['production', 'production', 'staging', 'development', 'qa', 'nowhere'],
  flag: ['google-pay', 'google-pay', 'search-engine', 'one-page', 'gift-cards', 'toString', 'nothing'],
  attribute: ['state', 'student', 'plan', 'age', 'since', '__proto__', 'key'],
  audience: ['students', 'west-coast-students', 'payers', 'constructor', 'nobody'],
  variation: ['on', 'off', 'on', 'off', 'classic', 'semantic'],
} as const;

/** What each resource that the fuzz makes may be called, by the name of the path's parameter. */
export type Noun = keyof typeof keys;

const nounOf: Readonly<Record<string, Noun>> = {
  flag: 'flag',
  variation: 'variation',
  offVariation: 'variation',
  attribute: 'attribute',
  by: 'attribute',
  audiences: 'audience',
  environment: 'environment',
  environments: 'environment',
  from: 'environment',
  to: 'environment',
  project: 'project',
  projects: 'project',
};

/** The words that fit a member of this name, in a request about this kind of thing; `undefined` where any text does. */
export function wordsFor(member: string, about: Noun | undefined): readonly string[] | undefined {
  if (member === 'key') return about === undefined ? keys.variation : keys[about];
  const noun = nounOf[member];
  if (noun !== undefined) return keys[noun];
  if (member === 'operator') return ['equals', 'in', 'contains', 'is', 'gte', 'exists', 'matches', 'before'];
  if (member === 'origins') return ['https://shop.example.com', '*', 'http://localhost:5173', 'nonsense'];
  if (member === 'email') return ['ada@example.com', 'grace@example.com', 'nobody@example.com'];
  if (member === 'token') return Array.from({ length: 8 }, (_, at) => ToldWords.place('token', at));
  if (member === 'url') return ['https://example.com/hook', 'http://127.0.0.1/', 'ftp://example.com'];
  return undefined;
}

/** The words for a part of a path; `undefined` where it is an id that answers tell. */
export function wordsForPath(part: string): readonly string[] | undefined {
  if (part === 'revision') return ['1', '2', '3', '4', '7'];
  return Object.hasOwn(keys, part) ? keys[part as Noun] : undefined;
}

/** What a request to this path is about: `/projects/{project}/flags` is about flags. */
export function nounOfPath(path: string): Noun | undefined {
  const collection = path.split('/').findLast((part) => part !== '' && !part.startsWith('{')) ?? '';
  return Object.keys(keys).find((noun) => `${noun}s` === collection) as Noun | undefined;
}
