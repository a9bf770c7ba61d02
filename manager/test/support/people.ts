import type { Role, User } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { memberships, projects } from '../../src/platform/database/index.ts';
import type { Answer, TestApi } from './api.ts';
import { cookieOf, ownPage, visitor } from './visitor.ts';

/** Somebody who has signed in, at one of our own pages. */
export interface Person {
  readonly user: User;
  readonly cookie: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** Puts somebody in who is what a test says, and signs them in. They have no password. */
export async function createPerson(
  api: TestApi,
  {
    email,
    isOwner = false,
    roles = {},
  }: {
    readonly email: string;
    readonly isOwner?: boolean;
    /** What they are, by the keys of projects that exist. */
    readonly roles?: Readonly<Record<string, Role>>;
  },
): Promise<Person> {
  const at = new Date();
  const user = await api.access.accounts.insertUser(api.database.read, at, { name: email, email, isOwner });
  for (const [key, role] of Object.entries(roles)) {
    const [project] = await api.database.read.select().from(projects).where(eq(projects.key, key));
    if (project === undefined) throw new Error(`There is no project "${key}"`);
    await api.database.read
      .insert(memberships)
      .values({ projectId: project.id, userId: user.id, role, createdAt: at, updatedAt: at });
  }
  const { setCookies } = await api.access.signInAs(
    { user, sessionEpoch: 0 },
    { address: '192.0.2.50', userAgent: 'test' },
  );
  const cookie = cookieOf(setCookies);
  return {
    user,
    cookie,
    call: (method, path, body, headers = {}) =>
      visitor(api).call(method, path, body, { cookie, ...ownPage, ...headers }),
  };
}
