import { type ContextSecret, Problem } from '@fauna-flags/protocol';
import { count, eq } from 'drizzle-orm';
import { contextSecrets } from '../../platform/database/index.ts';
import { type EnvironmentScope, requireConfirm } from '../../platform/http/index.ts';
import { type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { toContextSecret } from './context-secret.ts';

/** Two are enough to change over; more are a sign of secrets that nobody has put away. */
const secretsMax = 5;

const kidBytes = 4;
const secretBytes = 32;

/** Makes a secret beside those that are there, so that applications can change over one after another. */
export function createContextSecret(deps: WriteDeps, scope: EnvironmentScope): Promise<ContextSecret> {
  return writeEnvironment(deps, { ...scope, keys: true }, async ({ tx, at, environment, record }) => {
    requireConfirm(scope.confirm, `create a context secret in environment "${environment.key}"`, [
      environment,
    ]);
    const [there] = await tx
      .select({ secrets: count() })
      .from(contextSecrets)
      .where(eq(contextSecrets.environmentId, environment.id));
    if ((there?.secrets ?? 0) >= secretsMax)
      throw new Problem(
        'unprocessable',
        `Cannot create a context secret in environment "${environment.key}": it has ${secretsMax}; delete one that nothing signs with any more`,
      );
    const row = {
      environmentId: environment.id,
      kid: Buffer.from(deps.randomBytes(kidBytes)).toString('hex'),
      secret: Buffer.from(deps.randomBytes(secretBytes)).toString('base64url'),
      createdAt: at,
    };
    await tx.insert(contextSecrets).values(row);
    const created = toContextSecret(row, environment.key);
    record({
      action: 'context-secret.create',
      entity: { kind: 'context-secret', key: row.kid },
      environment: environment.key,
      after: created,
    });
    return { ...created, secret: row.secret };
  });
}
