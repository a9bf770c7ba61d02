import type { Rank } from '@fauna-flags/protocol';
import type { OpenApiDocument } from '../../../src/features/openapi/index.ts';
import type { DocumentedOperation } from '../open-api.ts';

/** Where a request goes: to the project of everybody here, to one that is not theirs, to one that is none. */
export type Place = 'own' | 'foreign' | 'missing';

/** Something that a request can come with, and what it is worth. */
export interface Pass {
  readonly name: string;
  /** `none`: it opens nothing at all. */
  readonly kind: 'none' | 'session' | 'token';
  /** In the installation and every project. */
  readonly everywhere?: Rank;
  /** In the project of everybody here alone. */
  readonly inOwn?: Rank;
}

/** What must come of a request: let in, or refused with this status. */
export type Expected = 'in' | 401 | 403 | 404;

// From the least to the most; written again here, so that a table turned round would be noticed.
const order: readonly string[] = ['viewer', 'editor', 'admin', 'owner'];

/** What the document promises about rights, worked out of its permissions and nothing else. */
export function expectedRights(
  document: OpenApiDocument,
  { path, is }: DocumentedOperation,
  pass: Pass,
  place: Place,
): Expected {
  const needs: string = is['x-permission'];
  if (needs === 'anyone') return 'in';
  if (pass.kind === 'none') return 401;
  if (needs === 'somebody') return 'in';
  if (needs === 'session') return pass.kind === 'session' ? 'in' : 401;
  const least = (document['x-permissions'] as Readonly<Record<string, string>>)[needs];
  if (least === undefined) throw new Error(`The document has no permission "${needs}"`);
  const isEnough = (rank: Rank) => order.indexOf(rank) >= order.indexOf(least);
  if (!path.includes('{project}')) {
    return pass.everywhere !== undefined && isEnough(pass.everywhere) ? 'in' : 403;
  }
  const rank = pass.everywhere ?? (place === 'own' ? pass.inOwn : undefined);
  if (rank === undefined) return 404;
  return isEnough(rank) ? 'in' : 403;
}

/** What in an operation's declaration no right could be meant by; empty where there is nothing. */
export function suspiciousDeclaration({ method, path, is }: DocumentedOperation): readonly string[] {
  const needs: string = is['x-permission'];
  const isOpen = needs === 'anyone';
  const isPersonal = needs === 'somebody' || needs === 'session';
  const [noun = '', verb = ''] = needs.split('.');
  return [
    ...(isOpen && !open.test(path) ? ['anyone may ask, beside the ways in'] : []),
    ...(isPersonal && path.includes('{project}') ? ['no permission is asked for in a project'] : []),
    ...(isPersonal && method !== 'GET' && !personal.test(path)
      ? ['anybody may change what is not theirs']
      : []),
    ...(!isOpen && !isPersonal && method === 'GET' && verb !== 'read'
      ? ['reading takes more than reading']
      : []),
    ...(!isOpen && !isPersonal && method !== 'GET' && verb === 'read' ? ['who may read may change'] : []),
    ...(!isOpen && !isPersonal && !nounsOf(path).includes(noun)
      ? [`"${needs}" is about something else`]
      : []),
  ];
}

const open = /^\/api\/v1\/(owner|session|sign-in|invitations)\b/;
const personal = /^\/api\/v1\/(session|account|tokens|invitations)\b/;

/** What a path is about, by its parts. What lies inside of something is never a matter of the thing around it. */
function nounsOf(path: string): readonly string[] {
  if (/\/flags\/\{flag\}\/environments\//.test(path)) return ['configuration'];
  const parts = path.split('/');
  if (parts.includes('usage')) return ['usage', 'attribute', 'audience'];
  const nouns = Object.entries(nounsByPart).flatMap(([part, noun]) => (parts.includes(part) ? noun : []));
  const inner = nouns.filter((noun) => !outer.includes(noun));
  return inner.length > 0 ? inner : nouns.slice(-1);
}

const outer = ['project', 'environment', 'flag'];
const nounsByPart: Readonly<Record<string, readonly string[]>> = {
  projects: ['project'],
  environments: ['environment'],
  flags: ['flag'],
  attributes: ['attribute'],
  audiences: ['audience'],
  compare: ['configuration'],
  'sdk-keys': ['sdk-key'],
  'context-secrets': ['context-secret'],
  evaluate: ['evaluation'],
  delivery: ['delivery'],
  audit: ['audit', 'user'],
  members: ['member'],
  invitations: ['member'],
  webhooks: ['webhook'],
  users: ['user'],
  owner: ['user'],
};
