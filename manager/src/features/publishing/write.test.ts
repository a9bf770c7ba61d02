import { canonicalJson } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRegistry, storedRuleset } from '../../../test/support/snapshots.ts';
import { ensureKeyRegistry } from './index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

let made = 0;

/** A project of the test's own with one flag, and the ids of its environments. */
async function newProject() {
  made += 1;
  const project = `/projects/p${made}`;
  await api.must('POST', '/projects', { key: `p${made}`, name: 'P' });
  await api.must('POST', `${project}/flags`, {
    key: 'checkout',
    name: 'Checkout',
    kind: 'boolean',
    salt: 's',
  });
  const { items } = await api.must('GET', `${project}/environments`);
  const [development, staging, production] = items.map(({ id }: { id: string }) => id);
  const ids = { development, staging, production } as Record<
    'development' | 'staging' | 'production',
    string
  >;
  const versions = async () => {
    const list = (await api.must('GET', `${project}/environments`)).items;
    return list.map(({ version }: { version: number }) => version);
  };
  const production_ = `${project}/flags/checkout/environments/production`;
  return { project, ids, versions, production: production_ };
}

describe('the write transaction', () => {
  it('keeps the ruleset as canonical JSON with exactly what evaluation needs', async () => {
    const { ids } = await newProject();
    const stored = await storedRuleset(api.database, ids.production);
    expect(stored.text).toBe(canonicalJson(stored.content));
    expect(stored.content).toEqual({
      schema: 1,
      environment: 'production',
      version: 2,
      flags: {
        checkout: {
          enabled: false,
          offVariation: 'off',
          prerequisites: [],
          targets: [],
          rules: [],
          defaultServe: { variation: 'on' },
          kind: 'boolean',
          salt: 's',
          clientVisible: true,
          variations: [
            { key: 'on', value: true },
            { key: 'off', value: false },
          ],
        },
      },
      audiences: {},
      attributes: {},
    });
  });

  it('moves only the environment that was changed, and nudges with its id', async () => {
    const { ids, versions, production } = await newProject();
    expect(await versions()).toEqual([2, 2, 2]);
    api.nudges.length = 0;
    await api.must('POST', `${production}/toggle`, { enabled: true });
    expect(await versions()).toEqual([2, 2, 3]);
    expect(api.nudges).toEqual([[ids.production]]);
    expect((await storedRuleset(api.database, ids.production)).content.flags.checkout.enabled).toBe(true);
  });

  it('moves every environment when what they share changes', async () => {
    const { project, ids, versions } = await newProject();
    api.nudges.length = 0;
    await api.must('POST', `${project}/attributes`, { key: 'plan', type: 'string' });
    expect(await versions()).toEqual([3, 3, 3]);
    expect(new Set(api.nudges[0])).toEqual(new Set(Object.values(ids)));
  });

  it('makes no version of what evaluation does not see', async () => {
    const { project, versions, production } = await newProject();
    await api.must('POST', `${project}/attributes`, { key: 'plan', type: 'string' });
    const match = { combine: 'all', conditions: [{ attribute: 'plan', operator: 'exists', values: [] }] };
    await api.must('POST', `${project}/audiences`, { key: 'all', name: 'All', match });
    const rule = { id: 'r', match, serve: { variation: 'on' } };
    const configuration = await api.must('GET', production);
    await api.must('PUT', production, { ...configuration, rules: [rule] }, anyRevision);
    const before = await versions();
    api.nudges.length = 0;
    await api.must(
      'PATCH',
      `${project}/flags/checkout`,
      { name: 'N', description: 'D', tags: ['t'], owner: 'o', lifetime: 'permanent' },
      anyRevision,
    );
    await api.must('PATCH', `${project}/attributes/plan`, { name: 'Plan' }, anyRevision);
    await api.must('PATCH', `${project}/audiences/all`, { name: 'Everybody', description: 'D' }, anyRevision);
    await api.must(
      'PATCH',
      `${project}/environments/production`,
      { name: 'Live', confirmChanges: false },
      anyRevision,
    );
    await api.must('PATCH', project, { name: 'Project' }, anyRevision);
    await api.must('PUT', production, { ...configuration, rules: [{ ...rule, name: 'Named' }] }, anyRevision);
    expect(await versions()).toEqual(before);
    expect(api.nudges).toEqual([]);
    expect((await api.must('GET', production)).rules).toEqual([{ ...rule, name: 'Named' }]);
  });

  it('makes no version and no audit entry of a change that changes nothing', async () => {
    const { project, versions, production } = await newProject();
    const before = await versions();
    const entries = (await api.must('GET', `${project}/audit`)).items.length;
    const configuration = await api.must('GET', production);
    expect(await api.must('POST', `${production}/toggle`, { enabled: false })).toEqual(configuration);
    expect(await api.must('PUT', production, configuration, anyRevision)).toEqual(configuration);
    expect(await versions()).toEqual(before);
    expect((await api.must('GET', `${project}/audit`)).items.length).toBe(entries);
  });

  it('publishes deletions: an archived flag and a deleted audience leave the ruleset', async () => {
    const { project, ids, versions } = await newProject();
    const match = { combine: 'all', conditions: [{ attribute: 'key', operator: 'exists', values: [] }] };
    await api.must('POST', `${project}/audiences`, { key: 'gone', name: 'Gone', match });
    await api.must('POST', `${project}/attributes`, { key: 'gone', type: 'string' });
    expect(await versions()).toEqual([4, 4, 4]);
    await api.must('DELETE', `${project}/audiences/gone`, undefined, anyRevision);
    await api.must('DELETE', `${project}/attributes/gone`, undefined, anyRevision);
    await api.must('POST', `${project}/flags/checkout/archive`);
    expect(await versions()).toEqual([7, 7, 7]);
    const { content } = await storedRuleset(api.database, ids.staging);
    expect(content).toMatchObject({ flags: {}, audiences: {}, attributes: {} });
    await api.must('POST', `${project}/flags/checkout/restore`);
    expect(Object.keys((await storedRuleset(api.database, ids.staging)).content.flags)).toEqual(['checkout']);
    expect(await versions()).toEqual([8, 8, 8]);
  });

  it('gives the epoch of the second in which an environment was made', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const { ids } = await newProject();
    const { epoch } = await storedRuleset(api.database, ids.staging);
    expect(epoch).toBeGreaterThanOrEqual(before);
    expect(epoch).toBeLessThanOrEqual(Math.floor(Date.now() / 1_000));
  });

  it('takes everything back when the end of the transaction fails', async () => {
    const { project, ids, versions } = await newProject();
    const before = await versions();
    const variations = Array.from({ length: 15 }, (_, at) => ({ key: `v${at}`, value: 'x'.repeat(60_000) }));
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      await api.must('POST', `${project}/flags`, {
        key,
        name: key,
        kind: 'string',
        variations,
      });
    }
    const refused = await api.call('POST', `${project}/flags`, {
      key: 'f',
      name: 'f',
      kind: 'string',
      variations,
    });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      code: 'unprocessable',
      detail: expect.stringMatching(/would take 5\d{6} bytes, at most 5242880/),
    });
    expect(refused.body.errors[0]).toEqual({
      path: 'flags.a',
      message: expect.stringMatching(/takes 9\d{5} bytes/),
    });
    expect((await api.call('GET', `${project}/flags/f`)).status).toBe(404);
    expect((await versions())[0]).toBe(before[0] + 5);
    expect(Object.keys((await storedRuleset(api.database, ids.production)).content.flags).length).toBe(6);
    const { items } = await api.must('GET', `${project}/audit?entity=flag:f`);
    expect(items).toEqual([]);
  });

  it('loses no update and leaves no gap under writers of every scope at once', async () => {
    const { project, ids, versions, production } = await newProject();
    const start = await versions();
    const staging = production.replace(/production$/, 'staging');
    const toggles = 40;
    const changes: Promise<unknown>[] = [];
    let changed = 0;
    for (let turn = 0; turn < toggles; turn += 1) {
      const enabled = turn % 2 === 0;
      changes.push(api.must('POST', `${turn % 3 === 0 ? staging : production}/toggle`, { enabled }));
      if (turn % 4 === 0) {
        changed += 1;
        changes.push(api.must('POST', `${project}/attributes`, { key: `attribute-${turn}`, type: 'string' }));
      }
      if (turn % 8 === 0) {
        changes.push(
          api.must('POST', `${project}/environments/production/sdk-keys`, { name: 'k', kind: 'client' }),
          api.must('PATCH', `${project}/flags/checkout`, { name: `Title ${turn}` }, anyRevision),
        );
      }
    }
    await Promise.all(changes);
    const [development] = await versions();
    expect(development).toBe(start[0] + changed);
    for (const id of Object.values(ids)) {
      const stored = await storedRuleset(api.database, id);
      expect(Object.keys(stored.content.attributes).length).toBe(changed);
    }
    const { items } = await api.must('GET', `${project}/audit?entity=flag:checkout&limit=200`);
    const revisions = items
      .filter(
        ({ action, environment }: { action: string; environment: string }) =>
          action === 'configuration.toggle' && environment === 'production',
      )
      .map(({ after }: { after: { revision: number } }) => after.revision);
    // Every toggle that changed something saw the one before it: the revisions are a run without gaps or repeats.
    expect(revisions).toEqual(revisions.map((_: number, index: number) => revisions[0] - index));
    const last = await api.must('GET', production);
    expect(last.revision).toBe(revisions[0] ?? 1);
    const ruleset = await storedRuleset(api.database, ids.production);
    expect(ruleset.content.flags.checkout.enabled).toBe(last.enabled);
    const registry = await storedRegistry(api.database);
    expect(
      Object.values(registry.content.keys).filter(({ environment }) => environment === ids.production).length,
    ).toBe(5);
    expect(api.logged).toEqual([]);
  }, 60_000);

  it('gives every flag a configuration in every environment when both are made at once', async () => {
    const { project } = await newProject();
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => [
        api.must('POST', `${project}/environments`, { key: `e${index}`, name: 'E' }),
        api.must('POST', `${project}/flags`, { key: `f${index}`, name: 'F', kind: 'boolean' }),
      ]).flat(),
    );
    const { items } = await api.must('GET', `${project}/environments`);
    expect(items.length).toBe(9);
    for (const { id } of items) {
      expect(Object.keys((await storedRuleset(api.database, id)).content.flags).length).toBe(7);
    }
  });

  it('keeps every key in the registry when keys of several environments are made at once', async () => {
    const { project, ids } = await newProject();
    const before = (await storedRegistry(api.database)).version;
    const made = await Promise.all(
      Array.from({ length: 18 }, (_, index) =>
        api.must('POST', `${project}/environments/${Object.keys(ids)[index % 3]}/sdk-keys`, {
          name: 'K',
          kind: 'client',
        }),
      ),
    );
    const { version, content } = await storedRegistry(api.database);
    const registered = Object.values(content.keys).map(({ id }) => id);
    expect(registered).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
    expect(version).toBe(before + 18);
  });

  it('lets exactly one of many edits of the same revision win', async () => {
    const { versions, production } = await newProject();
    const before = await versions();
    const configuration = await api.must('GET', production);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        api.call(
          'PUT',
          production,
          { ...configuration, targets: [{ variation: 'on', keys: [`user-${index}`] }] },
          { 'if-match': `"${configuration.revision}"` },
        ),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: 11 }, () => 412),
    ]);
    const winner = answers.find(({ status }) => status === 200);
    const loser = answers.find(({ status }) => status === 412);
    expect(loser?.body).toMatchObject({ code: 'stale_revision', current: winner?.body });
    expect((await versions())[2]).toBe(before[2] + 1);
  });

  it('never turns a flag back on when an edit of its title races the kill switch', async () => {
    const { project, ids, production } = await newProject();
    for (let turn = 0; turn < 15; turn += 1) {
      await api.must('POST', `${production}/toggle`, { enabled: true });
      const flag = await api.must('GET', `${project}/flags/checkout`);
      const seen = await api.must('GET', production);
      const [, , rules] = await Promise.all([
        api.must('POST', `${production}/toggle`, { enabled: false }),
        api.must(
          'PATCH',
          `${project}/flags/checkout`,
          { ...flag, name: `Title ${turn}` },
          { 'if-match': `"${flag.revision}"` },
        ),
        // Whoever edits the rules with the flag still on before their eyes either comes first or is told.
        api.call(
          'PUT',
          production,
          { ...seen, targets: [{ variation: 'on', keys: [`u${turn}`] }] },
          { 'if-match': `"${seen.revision}"` },
        ),
      ]);
      expect([200, 412]).toContain(rules.status);
      expect((await api.must('GET', production)).enabled).toBe(false);
      const { content } = await storedRuleset(api.database, ids.production);
      expect(content.flags.checkout.enabled).toBe(false);
    }
  });

  it('makes one key registry however many managers start at once', async () => {
    const deps = {
      database: api.database,
      now: () => new Date(),
      randomBytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)),
      onCommit: () => {},
    };
    await Promise.all(Array.from({ length: 6 }, () => ensureKeyRegistry(deps)));
    const first = await storedRegistry(api.database);
    await ensureKeyRegistry(deps);
    expect(await storedRegistry(api.database)).toEqual(first);
    const [handleKey] = first.content.handleKeys;
    expect(first.content.handleKeys.length).toBe(1);
    expect(Buffer.from(handleKey?.secret ?? '', 'base64url').length).toBe(32);
  });
});
