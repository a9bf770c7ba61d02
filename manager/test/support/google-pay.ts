import type { FaunaProcess } from './fauna-process.ts';

/** The classic story, told through the API: students on the west coast get Google Pay. */
export async function tellGooglePayStory(
  fauna: FaunaProcess,
  project = 'demo',
): Promise<{ readonly clientKey: string; readonly serverKey: string; readonly clientKeyId: string }> {
  const create = async (path: string, body: unknown) => {
    const answer = await fauna.api('POST', path, body);
    if (answer.status !== 201)
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as { readonly key: string; readonly id: string };
  };
  await create('/projects', { key: project, name: 'Demo' });
  await create(`/projects/${project}/attributes`, { key: 'state', type: 'string' });
  await create(`/projects/${project}/attributes`, { key: 'student', type: 'boolean' });
  await create(`/projects/${project}/audiences`, {
    key: 'west-coast-students',
    name: 'West coast students',
    match: {
      combine: 'all',
      conditions: [
        { attribute: 'state', operator: 'in', values: ['California', 'Oregon', 'Washington'] },
        { attribute: 'student', operator: 'is', values: [true] },
      ],
    },
  });
  await create(`/projects/${project}/flags`, { key: 'google-pay', name: 'Google Pay', kind: 'boolean' });
  const keys = `/projects/${project}/environments/production/sdk-keys`;
  const client = await create(keys, { name: 'Web shop', kind: 'client' });
  const server = await create(keys, { name: 'Backend', kind: 'server' });
  const put = await fauna.api(
    'PUT',
    `/projects/${project}/flags/google-pay/environments/production`,
    googlePayFor(true),
    {
      'if-match': '*',
    },
  );
  if (put.status !== 200) throw new Error(`PUT configuration: ${put.status} ${JSON.stringify(put.body)}`);
  return { clientKey: client.key, serverKey: server.key, clientKeyId: client.id };
}

/** The configuration of the story. */
export function googlePayFor(enabled: boolean): unknown {
  return {
    enabled,
    offVariation: 'off',
    prerequisites: [],
    targets: [],
    rules: [
      {
        match: { combine: 'all', conditions: [{ audiences: ['west-coast-students'] }] },
        serve: { variation: 'on' },
      },
    ],
    defaultServe: { variation: 'off' },
  };
}

/** Switches the flag of the story; fails unless it is acknowledged. */
export async function toggleGooglePay(
  fauna: FaunaProcess,
  enabled: boolean,
  project = 'demo',
): Promise<void> {
  const path = `/projects/${project}/flags/google-pay/environments/production/toggle`;
  const { status, body } = await fauna.api('POST', path, { enabled });
  if (status !== 200) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
}
