import type { SdkKey, SdkKeyKind } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { environments, sdkKeys } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { secretDigest } from '../../platform/secret-digest.ts';
import { StartError } from '../../platform/start-error.ts';
import { type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { insertSdkKey } from './insert-sdk-key.ts';
import { toSdkKey } from './sdk-key.ts';

/** What a key out of the settings may look like: visible ASCII, long enough not to be guessed. */
const keyTextPattern = /^[\x21-\x7e]{32,200}$/;

/** A key whose text comes from the settings. */
export interface EnsuredSdkKey {
  /** Who makes it, as the audit trail names them. */
  readonly actor: Actor;
  readonly project: string;
  readonly environment: string;
  readonly kind: SdkKeyKind;
  readonly name: string;
  readonly key: string;
}

/**
 * Makes a key of a given text unless it is there: found by its digest, so that every restart finds it again. One that
 * somebody has revoked stays revoked. The same text for another kind or environment is refused with a `StartError`,
 * because a server's secret would then be public.
 */
export async function ensureSdkKey(
  deps: WriteDeps,
  { kind, name, key, ...scope }: EnsuredSdkKey,
): Promise<SdkKey> {
  if (!keyTextPattern.test(key)) {
    throw new StartError(`Cannot make SDK key "${name}": expected 32 to 200 visible ASCII characters`);
  }
  return writeEnvironment(deps, { ...scope, keys: true }, async ({ tx, at, environment, record }) => {
    const [found] = await tx
      .select({ sdkKey: sdkKeys, environment: environments.key })
      .from(sdkKeys)
      .innerJoin(environments, eq(environments.id, sdkKeys.environmentId))
      .where(eq(sdkKeys.digest, secretDigest(key)));
    if (found !== undefined) {
      if (found.sdkKey.kind !== kind || found.sdkKey.environmentId !== environment.id) {
        throw new StartError(
          `Cannot make ${kind} SDK key "${name}": its text is already the ${found.sdkKey.kind} key "${found.sdkKey.name}" of environment "${found.environment}"`,
        );
      }
      return toSdkKey(found.sdkKey, environment.key, at);
    }
    const row = await insertSdkKey(tx, at, {
      environmentId: environment.id,
      name,
      kind,
      text: key,
      origins: ['*'],
      expiresAt: null,
    });
    const sdkKey = toSdkKey(row, environment.key, at);
    record({
      action: 'sdk-key.create',
      entity: { kind: 'sdk-key', key: row.id },
      environment: environment.key,
      after: sdkKey,
    });
    return sdkKey;
  });
}
