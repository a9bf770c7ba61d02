import { Problem } from '@fauna-flags/protocol';
import type { Config } from '../config/config.ts';
import { ensureDefaultProject } from '../features/projects/index.ts';
import { ensureKeyRegistry, type WriteDeps } from '../features/publishing/index.ts';
import { ensureSdkKey } from '../features/sdk-keys/index.ts';
import { firstBootActor } from '../platform/http/index.ts';
import { putInSample, readSampleKeys, type SampleKeys } from './sample.ts';

const actor = firstBootActor;

/**
 * What must be there before the first request: the key registry, the project `default`, the SDK keys that the settings
 * name, the sample. Safe to run at every start and by several managers at once.
 */
export async function firstBoot({
  config,
  deps,
  log,
}: {
  readonly config: Config;
  readonly deps: WriteDeps;
  readonly log: { warn(fields: object, message: string): void };
}): Promise<{ readonly sample: SampleKeys | undefined }> {
  await ensureKeyRegistry(deps);
  await ensureDefaultProject(deps);
  for (const [kind, key] of [
    ['client', config.clientKey],
    ['server', config.serverKey],
  ] as const) {
    if (key === undefined) continue;
    const name = `From FAUNA_${kind.toUpperCase()}_KEY`;
    try {
      await ensureSdkKey(deps, { actor, project: 'default', environment: 'production', kind, name, key });
    } catch (error) {
      // Somebody has deleted the project or its environment: that is their choice, and no reason not to start.
      if (!(error instanceof Problem && error.code === 'not_found')) throw error;
      log.warn({ reason: error.message }, `FAUNA_${kind.toUpperCase()}_KEY is not used`);
    }
  }
  if (config.sample) await putInSample({ deps, directory: config.dataDir });
  return { sample: await readSampleKeys({ deps, directory: config.dataDir }) };
}
