import type { Config } from './config.ts';
import { ensureDefaultProject } from './features/projects/index.ts';
import { ensureKeyRegistry, type WriteDeps } from './features/publishing/index.ts';
import { ensureSdkKey } from './features/sdk-keys/index.ts';
import { putInSample, readSampleKeys, type SampleKeys } from './sample.ts';

/**
 * What must be there before the first request: the key registry, the project `default`, the SDK keys that the settings
 * name, the sample. Safe to run at every start and by several managers at once.
 */
export async function firstBoot({
  config,
  deps,
}: {
  readonly config: Config;
  readonly deps: WriteDeps;
}): Promise<{ readonly sample: SampleKeys | undefined }> {
  await ensureKeyRegistry(deps);
  await ensureDefaultProject(deps);
  for (const [kind, key] of [
    ['client', config.clientKey],
    ['server', config.serverKey],
  ] as const) {
    if (key === undefined) continue;
    const name = `From FAUNA_${kind.toUpperCase()}_KEY`;
    await ensureSdkKey(deps, {
      actor: 'first-boot',
      project: 'default',
      environment: 'production',
      kind,
      name,
      key,
    });
  }
  if (config.sample) await putInSample({ deps, directory: config.dataDir });
  return { sample: await readSampleKeys({ deps, directory: config.dataDir }) };
}
