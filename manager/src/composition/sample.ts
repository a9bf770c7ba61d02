import { createHash } from 'node:crypto';
import { formatSdkKey, Problem, type SdkKeyKind } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { createAttribute } from '../features/attributes/index.ts';
import { createAudience } from '../features/audiences/index.ts';
import { createFlag, putConfiguration } from '../features/flags/index.ts';
import { createProject } from '../features/projects/index.ts';
import type { WriteDeps } from '../features/publishing/index.ts';
import { ensureSdkKey } from '../features/sdk-keys/index.ts';
import { sdkKeys, settings } from '../platform/database/index.ts';
import { firstBootActor } from '../platform/http/index.ts';
import { readOrMakeSecretFile, readSecretFile } from '../platform/secret-file.ts';

/** The sample's keys, as far as they are still good. */
export interface SampleKeys {
  readonly clientKey: string;
  readonly serverKey: string | undefined;
}

const actor = firstBootActor;
const project = 'sample';
const environment = 'production';
const doneSetting = 'sample';

/**
 * The classic story as a project of its own: students on the west coast get Google Pay, and all students a lower price. It
 * is put in once, and whoever deletes it does not get it back. A start that was cut short is finished by the next one, so
 * every step stands being done twice, and only the end is remembered.
 */
export async function putInSample({
  deps,
  directory,
}: {
  readonly deps: WriteDeps;
  readonly directory: string;
}): Promise<void> {
  const done = await deps.database.read.select().from(settings).where(eq(settings.key, doneSetting));
  if (done.length > 0) return;
  const scope = { actor, project };
  /** Switched on for one audience, and for nobody else. */
  const release = ({ flag, audience, on, off }: Record<'flag' | 'audience' | 'on' | 'off', string>) =>
    putConfiguration(
      deps,
      { ...scope, environment, flag, ifMatch: '*', confirm: environment },
      {
        enabled: true,
        offVariation: off,
        prerequisites: [],
        targets: [],
        rules: [
          {
            id: audience,
            match: { combine: 'all', conditions: [{ audiences: [audience] }] },
            serve: { variation: on },
          },
        ],
        defaultServe: { variation: off },
      },
    );
  await unlessTaken(() => createProject(deps, { actor }, { key: project, name: 'Sample shop' }));
  await unlessTaken(() => createAttribute(deps, scope, { key: 'state', type: 'string', name: 'State' }));
  await unlessTaken(() => createAttribute(deps, scope, { key: 'student', type: 'boolean', name: 'Student' }));
  await unlessTaken(() =>
    createAudience(deps, scope, {
      key: 'west-coast-students',
      name: 'West coast students',
      description: 'Students in California, Oregon and Washington',
      match: {
        combine: 'all',
        conditions: [
          { attribute: 'state', operator: 'in', values: ['California', 'Oregon', 'Washington'] },
          { attribute: 'student', operator: 'is', values: [true] },
        ],
      },
    }),
  );
  await unlessTaken(() =>
    createAudience(deps, scope, {
      key: 'students',
      name: 'Students',
      description: 'Students anywhere',
      match: {
        combine: 'all',
        conditions: [{ attribute: 'student', operator: 'is', values: [true] }],
      },
    }),
  );
  await unlessTaken(() =>
    createFlag(deps, scope, {
      key: 'google-pay',
      name: 'Google Pay',
      description: 'Shows the Google Pay button at the checkout',
      kind: 'boolean',
    }),
  );
  await release({ flag: 'google-pay', audience: 'west-coast-students', on: 'on', off: 'off' });
  await unlessTaken(() =>
    createFlag(deps, scope, {
      key: 'student-discount',
      name: 'Student discount',
      description:
        'How many percent students save. The shop asks on its server: browsers never see this flag',
      kind: 'number',
      variations: [
        { key: 'student', name: 'Student price', value: 15 },
        { key: 'none', name: 'Full price', value: 0 },
      ],
      clientVisible: false,
      lifetime: 'permanent',
    }),
  );
  await release({ flag: 'student-discount', audience: 'students', on: 'student', off: 'none' });
  for (const kind of ['client', 'server'] as const) {
    const key = await readOrMakeSecretFile({
      directory,
      name: keyFile(kind),
      make: () => formatSdkKey(kind, deps.randomBytes(32)),
    });
    await ensureSdkKey(deps, { actor, project, environment, kind, name: `Sample ${kind}`, key });
  }
  await deps.database.read
    .insert(settings)
    .values({ key: doneSetting, value: { at: deps.now().toISOString() } })
    .onConflictDoNothing();
}

/** The keys that the sample was given, while they are still good: somebody may have revoked them, or deleted the project. */
export async function readSampleKeys({
  deps,
  directory,
}: {
  readonly deps: WriteDeps;
  readonly directory: string;
}): Promise<SampleKeys | undefined> {
  const good = async (kind: SdkKeyKind) => {
    const key = await readSecretFile({ directory, name: keyFile(kind) });
    if (key === undefined) return undefined;
    const digest = createHash('sha256').update(key).digest('hex');
    const found = await deps.database.read
      .select({ id: sdkKeys.id })
      .from(sdkKeys)
      .where(and(eq(sdkKeys.digest, digest), eq(sdkKeys.state, 'active')));
    return found.length > 0 ? key : undefined;
  };
  const clientKey = await good('client');
  return clientKey === undefined ? undefined : { clientKey, serverKey: await good('server') };
}

function keyFile(kind: SdkKeyKind): string {
  return `sample-${kind}-key`;
}

async function unlessTaken(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'key_taken')) throw error;
  }
}
