import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';

let api: TestApi;
let productionId: string;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  productionId = (await api.must('GET', '/projects/demo/environments/production')).id;
});
afterAll(() => api.close());

const attributes = '/projects/demo/attributes';
const audiences = '/projects/demo/audiences';
const asks = (attribute: string, negate = false) => ({
  combine: 'all',
  conditions: [{ combine: 'any', conditions: [{ attribute, operator: 'equals', values: ['x'], negate }] }],
});

describe('attributes', () => {
  it('POST declares one, and the ruleset has it', async () => {
    const { status, body } = await api.call('POST', attributes, {
      key: 'state',
      type: 'string',
      name: 'State',
      description: 'Where',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      project: 'demo',
      key: 'state',
      type: 'string',
      name: 'State',
      description: 'Where',
      revision: 1,
    });
    expect((await storedRuleset(api.database, productionId)).content.attributes).toEqual({
      state: { type: 'string' },
    });
  });

  it('POST refuses the names of the key, a taken key and a type that there is not', async () => {
    for (const key of ['key', 'targetingKey']) {
      expect((await api.call('POST', attributes, { key, type: 'string' })).body).toMatchObject({
        status: 422,
        errors: [{ path: 'key' }],
      });
    }
    expect((await api.call('POST', attributes, { key: 'state', type: 'number' })).body.code).toBe(
      'key_taken',
    );
    expect((await api.call('POST', attributes, { key: 'a', type: 'text' })).body).toMatchObject({
      status: 400,
      errors: [{ path: 'type' }],
    });
  });

  it('PATCH sets, clears and leaves alone, and never changes the type', async () => {
    const patched = await api.must('PATCH', `${attributes}/state`, { description: null }, anyRevision);
    expect(patched).toMatchObject({ name: 'State', description: null, revision: 2 });
    const refused = await api.call('PATCH', `${attributes}/state`, { type: 'list' }, anyRevision);
    expect(refused.body).toMatchObject({
      status: 422,
      errors: [{ path: 'type', message: 'cannot be changed by PATCH: it is "string"' }],
    });
  });

  it('DELETE answers 409 with those who use it: conditions, negated ones too, and rollouts', async () => {
    for (const key of ['asked', 'negated', 'split', 'free'])
      await api.must('POST', attributes, { key, type: 'string' });
    await api.must('POST', audiences, { key: 'asking', name: 'A', match: asks('asked') });
    await api.must('POST', '/projects/demo/flags', { key: 'user', name: 'U', kind: 'boolean' });
    const configuration = await api.must('GET', '/projects/demo/flags/user/environments/staging');
    await api.must(
      'PUT',
      '/projects/demo/flags/user/environments/staging',
      {
        ...configuration,
        rules: [{ match: asks('negated', true), serve: { variation: 'on' } }],
        defaultServe: { rollout: { by: 'split', weights: [{ variation: 'on', weight: 100_000 }] } },
      },
      anyRevision,
    );
    const usedBy = async (key: string) => {
      const { status, body } = await api.call('DELETE', `${attributes}/${key}`, undefined, anyRevision);
      expect([status, body.code]).toEqual([409, 'in_use']);
      expect(await api.must('GET', `${attributes}/${key}/usage`)).toEqual({ usedBy: body.usedBy });
      return body.usedBy;
    };
    expect(await usedBy('asked')).toEqual([{ kind: 'audience', key: 'asking' }]);
    expect(await usedBy('negated')).toEqual([{ kind: 'flag', key: 'user', environments: ['staging'] }]);
    expect(await usedBy('split')).toEqual([{ kind: 'flag', key: 'user', environments: ['staging'] }]);
    expect((await api.call('DELETE', `${attributes}/free`, undefined, anyRevision)).status).toBe(204);
    expect((await api.call('DELETE', `${attributes}/free`, undefined, anyRevision)).body.code).toBe(
      'not_found',
    );
  });

  it('GET lists them in the order of their keys', async () => {
    const { items } = await api.must('GET', `${attributes}?query=s`);
    expect(items.map(({ key }: { key: string }) => key)).toEqual(['asked', 'split', 'state']);
  });
});

describe('audiences', () => {
  it('POST keeps the match as it was given', async () => {
    const match = {
      combine: 'any',
      conditions: [
        { attribute: 'state', operator: 'in', values: ['Texas', 'Ohio'], ignoreCase: true },
        asks('state', true),
      ],
    };
    const made = await api.must('POST', audiences, { key: 'texans', name: 'Texans', match });
    expect(made).toMatchObject({
      project: 'demo',
      key: 'texans',
      name: 'Texans',
      description: null,
      match,
      revision: 1,
    });
    expect(await api.must('GET', `${audiences}/texans`)).toEqual(made);
    expect((await storedRuleset(api.database, productionId)).content.audiences).toMatchObject({
      texans: { match },
    });
    expect((await api.call('POST', audiences, { key: 'texans', name: 'T', match })).body.code).toBe(
      'key_taken',
    );
  });

  it('PATCH changes who is in it, in every environment at once', async () => {
    const match = asks('state');
    const before = (await storedRuleset(api.database, productionId)).version;
    const patched = await api.must('PATCH', `${audiences}/texans`, { match }, { 'if-match': '"1"' });
    expect(patched).toMatchObject({ name: 'Texans', match, revision: 2 });
    const stored = await storedRuleset(api.database, productionId);
    expect([stored.version, stored.content.audiences]).toMatchObject([before + 1, { texans: { match } }]);
    expect((await api.call('PATCH', `${audiences}/texans`, { match }, { 'if-match': '"1"' })).status).toBe(
      412,
    );
    expect((await api.call('PATCH', `${audiences}/texans`, { match })).body.code).toBe('revision_required');
  });

  it('DELETE answers 409 with the flags and audiences that use it, negated uses too', async () => {
    const inTexans = (negate: boolean) => ({
      combine: 'all',
      conditions: [{ audiences: ['texans'], negate }],
    });
    await api.must('POST', audiences, { key: 'others', name: 'Others', match: inTexans(true) });
    const path = '/projects/demo/flags/user/environments/production';
    const configuration = await api.must('GET', path);
    await api.must(
      'PUT',
      path,
      { ...configuration, rules: [{ match: inTexans(true), serve: { variation: 'on' } }] },
      anyRevision,
    );
    const { status, body } = await api.call('DELETE', `${audiences}/texans`, undefined, anyRevision);
    expect([status, body.code]).toEqual([409, 'in_use']);
    expect(body.usedBy).toEqual([
      { kind: 'flag', key: 'user', environments: ['production'] },
      { kind: 'audience', key: 'others' },
    ]);
    expect(await api.must('GET', `${audiences}/texans/usage`)).toEqual({ usedBy: body.usedBy });
    expect(await api.must('GET', `${audiences}/others/usage`)).toEqual({ usedBy: [] });
    await api.must('PUT', path, configuration, anyRevision);
    await api.must('DELETE', `${audiences}/others`, undefined, anyRevision);
    expect((await api.call('DELETE', `${audiences}/texans`, undefined, anyRevision)).status).toBe(204);
    expect((await storedRuleset(api.database, productionId)).content.audiences).not.toHaveProperty('texans');
  });

  it('keeps one that is named like something every object has', async () => {
    for (const key of ['constructor', 'hasOwnProperty', 'status', 'toString']) {
      await api.must('POST', audiences, { key, name: key, match: asks('state') });
      await api.must('POST', '/projects/demo/flags', { key, name: key, kind: 'boolean' });
    }
    const { content } = await storedRuleset(api.database, productionId);
    expect(Object.keys(content.audiences)).toEqual(
      expect.arrayContaining(['constructor', 'hasOwnProperty', 'status', 'toString']),
    );
    expect(content.flags.constructor).toMatchObject({ enabled: false });
  });
});
