import { type CreateSdkKey, formatSdkKey, Problem, type SdkKey } from '@fauna-flags/protocol';
import { and, count, eq } from 'drizzle-orm';
import { type Queries, sdkKeys } from '../../platform/database/index.ts';
import { type EnvironmentScope, requireConfirm } from '../../platform/http/index.ts';
import { type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { checkSdkKey } from './check-sdk-key.ts';
import { insertSdkKey } from './insert-sdk-key.ts';
import { toSdkKey } from './sdk-key.ts';

/** 256 bits, from a cryptographic generator. */
export const sdkKeyBytes = 32;

/** Every bearer holds all keys in memory. */
const activeKeysMax = 500;

/** Makes an SDK key. The answer is the one place where a server key's text is ever seen. */
export function createSdkKey(deps: WriteDeps, scope: EnvironmentScope, input: CreateSdkKey): Promise<SdkKey> {
  return writeEnvironment(deps, { ...scope, keys: true }, async ({ tx, at, environment, record }) => {
    requireConfirm(scope.confirm, `create SDK key "${input.name}"`, [environment]);
    checkSdkKey(input, at);
    await requireRoom(tx, environment);
    const text = formatSdkKey(input.kind, deps.randomBytes(sdkKeyBytes));
    const row = await insertSdkKey(tx, at, {
      environmentId: environment.id,
      name: input.name,
      kind: input.kind,
      text,
      origins: input.origins ?? ['*'],
      expiresAt: input.expiresAt === undefined || input.expiresAt === null ? null : new Date(input.expiresAt),
    });
    const sdkKey = toSdkKey(row, environment.key, at);
    record({
      action: 'sdk-key.create',
      entity: { kind: 'sdk-key', key: row.id },
      environment: environment.key,
      after: sdkKey,
    });
    return { ...sdkKey, key: text };
  });
}

async function requireRoom(
  tx: Queries,
  environment: { readonly id: string; readonly key: string },
): Promise<void> {
  const [row] = await tx
    .select({ keys: count() })
    .from(sdkKeys)
    .where(and(eq(sdkKeys.environmentId, environment.id), eq(sdkKeys.state, 'active')));
  if ((row?.keys ?? 0) < activeKeysMax) return;
  throw new Problem(
    'unprocessable',
    `Cannot create an SDK key in environment "${environment.key}": it has ${activeKeysMax}; revoke some first`,
  );
}
