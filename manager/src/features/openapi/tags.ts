import type { Operation } from '../../platform/http/index.ts';

/** What a group of operations is about. */
interface Tag {
  readonly name: string;
  readonly description: string;
  /** Of the operations that belong to it. */
  readonly path: RegExp;
}

/** In the order of the document; an operation belongs to the first whose path fits. */
const tags: readonly Tag[] = [
  {
    name: 'Accounts',
    description: 'Signing in and out, the first owner, passwords and second factors.',
    path: /^\/(session|sessions|owner|account|me|password|two-factor|oidc|sign-in)\b/,
  },
  { name: 'Users', description: 'The people of the installation.', path: /^\/users\b/ },
  {
    name: 'API tokens',
    description: 'What scripts send instead of a session.',
    path: /\/tokens\b/,
  },
  {
    name: 'Members',
    description: 'Who is what in a project, and who is invited to be.',
    path: /\/(members|invitations)\b/,
  },
  {
    name: 'Webhooks',
    description: 'Where changes are told to other systems.',
    path: /\/webhooks\b/,
  },
  { name: 'Audit', description: 'Who changed what, when, and from what to what.', path: /\/audit\b/ },
  {
    name: 'SDK keys',
    description: 'What applications open bearers with: public ones for browsers, secret ones for servers.',
    path: /\/sdk-keys\b/,
  },
  {
    name: 'Context secrets',
    description: 'What applications sign the contexts of their users with.',
    path: /\/context-secrets\b/,
  },
  {
    name: 'Evaluation',
    description: 'What a context would get, and why.',
    path: /\/evaluate\b/,
  },
  {
    name: 'Usage',
    description: 'How often each variation was served, and which flags nobody needs any more.',
    path: /\/(usage|stale)\b/,
  },
  {
    name: 'Delivery',
    description: 'How far the newest version of an environment has come.',
    path: /\/(delivery|bearers)\b/,
  },
  {
    name: 'Configurations',
    description:
      'What a flag does in one environment: on or off, who gets which variation, and how that came about.',
    path: /^\/projects\/:project\/(flags\/:flag\/environments|compare)\b/,
  },
  {
    name: 'Flags',
    description: 'What flags are in every environment: their kind, their variations, their words.',
    path: /^\/projects\/:project\/flags\b/,
  },
  {
    name: 'Audiences',
    description: 'Named conditions that flags are released to.',
    path: /^\/projects\/:project\/audiences\b/,
  },
  {
    name: 'Attributes',
    description: 'The traits of users that conditions are written on.',
    path: /^\/projects\/:project\/attributes\b/,
  },
  {
    name: 'Environments',
    description: 'Where flags are configured separately.',
    path: /^\/projects\/:project\/environments\b/,
  },
  {
    name: 'Projects',
    description: 'Flags, audiences, attributes and environments that belong together.',
    path: /^\/projects\b/,
  },
  { name: 'Installation', description: 'What runs here, and what changes while one looks.', path: /^\// },
];

/** The group that an operation belongs to. */
export function tagOf({ path }: Pick<Operation, 'path'>): string {
  return tags.find((tag) => tag.path.test(path))?.name ?? 'Installation';
}

/** The groups that some operations belong to, in the order in which people meet them. */
export function tagsOf(operations: readonly Operation[]): readonly { name: string; description: string }[] {
  const used = new Set(operations.map(tagOf));
  return inOrder
    .map((name) => tags.find((tag) => tag.name === name))
    .flatMap((tag) => (tag !== undefined && used.has(tag.name) ? [tag] : []))
    .map(({ name, description }) => ({ name, description }));
}

const inOrder = [
  'Projects',
  'Environments',
  'Flags',
  'Configurations',
  'Audiences',
  'Attributes',
  'Evaluation',
  'SDK keys',
  'Context secrets',
  'Delivery',
  'Usage',
  'Audit',
  'Members',
  'Webhooks',
  'API tokens',
  'Accounts',
  'Users',
  'Installation',
];
