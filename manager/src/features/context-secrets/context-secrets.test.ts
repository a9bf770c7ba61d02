import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRegistry } from '../../../test/support/snapshots.ts';

let api: TestApi;
let environmentId: string;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects/demo/attributes', { key: 'locale', type: 'string' });
  environmentId = (await api.must('GET', environment)).id;
});
afterAll(() => api.close());

const environment = '/projects/demo/environments/production';
const secrets = `${environment}/context-secrets`;
const patch = (body: object) => api.call('PATCH', environment, body, anyRevision);

describe('context secrets (S-13)', () => {
  it('are demanded only once there is one', async () => {
    const { status, body } = await patch({ signedContexts: true });
    expect([status, body.errors]).toEqual([
      422,
      [{ path: 'signedContexts', message: 'needs a context secret' }],
    ]);
  });

  it('POST makes one, shows it once, and gives it to bearers', async () => {
    const created = await api.must('POST', secrets, {});
    expect(Buffer.from(created.secret, 'base64url')).toHaveLength(32);
    const { secret, ...shown } = created;
    expect((await api.must('GET', secrets)).items).toEqual([shown]);
    const { content } = await storedRegistry(api.database);
    expect(content.contextSecrets).toEqual({ [environmentId]: [{ kid: created.kid, secret }] });
    expect(content).not.toHaveProperty('contextPolicies');
    const { items } = await api.must('GET', '/projects/demo/audit');
    expect(items[0]).toMatchObject({ action: 'context-secret.create', entity: { key: created.kid } });
    expect(JSON.stringify(items)).not.toContain(secret);
  });

  it('are demanded by a setting of the environment, which says what needs no signature', async () => {
    const unknown = await patch({ unsignedAttributes: ['locale', 'plan'] });
    expect([unknown.status, unknown.body.errors[0].path]).toEqual([422, 'unsignedAttributes[1]']);
    const { status, body } = await patch({ signedContexts: true, unsignedAttributes: ['locale', 'locale'] });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ signedContexts: true, unsignedAttributes: ['locale'] }),
    ]);
    const { content } = await storedRegistry(api.database);
    expect(content.contextPolicies).toEqual({ [environmentId]: { unsignedAttributes: ['locale'] } });
    expect((await patch({ unsignedAttributes: null })).body).toMatchObject({ unsignedAttributes: [] });
  });

  it('DELETE takes one away, but never the last while signatures are demanded', async () => {
    const [first] = (await api.must('GET', secrets)).items;
    const last = await api.call('DELETE', `${secrets}/${first.kid}`, undefined, anyRevision);
    expect([last.status, last.body.code]).toEqual([409, 'in_use']);
    const second = await api.must('POST', secrets, {});
    expect((await api.call('DELETE', `${secrets}/${first.kid}`)).status).toBe(428);
    expect((await api.call('DELETE', `${secrets}/${first.kid}`, undefined, anyRevision)).status).toBe(204);
    const { content } = await storedRegistry(api.database);
    expect(content.contextSecrets[environmentId]?.map(({ kid }) => kid)).toEqual([second.kid]);
    expect((await api.call('DELETE', `${secrets}/${first.kid}`, undefined, anyRevision)).status).toBe(404);
  });

  it('are five at most', async () => {
    for (let there = 1; there < 5; there += 1) await api.must('POST', secrets, {});
    expect((await api.call('POST', secrets, {})).status).toBe(422);
  });

  it('want a confirmation where the environment does', async () => {
    await api.must('PATCH', environment, { confirmChanges: true }, anyRevision);
    expect((await api.call('POST', secrets, {})).body.code).toBe('confirm');
  });
});
