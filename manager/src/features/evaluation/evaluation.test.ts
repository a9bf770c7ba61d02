import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';

let api: TestApi;
const evaluate = '/projects/demo/environments/production/evaluate';
const pay = '/projects/demo/flags/google-pay/environments/production';
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects/demo/attributes', { key: 'state', type: 'string' });
  await api.must('POST', '/projects/demo/attributes', { key: 'student', type: 'boolean' });
  await api.must('POST', '/projects/demo/audiences', {
    key: 'west-coast-students',
    name: 'Students on the west coast',
    match: {
      combine: 'all',
      conditions: [
        { attribute: 'state', operator: 'in', values: ['California', 'Oregon', 'Washington'] },
        { attribute: 'student', operator: 'is', values: [true] },
      ],
    },
  });
  for (const key of ['google-pay', 'plain']) {
    await api.must('POST', '/projects/demo/flags', { key, name: key, kind: 'boolean' });
  }
  await api.must(
    'PUT',
    pay,
    {
      enabled: true,
      offVariation: 'off',
      prerequisites: [],
      targets: [],
      rules: [
        {
          id: 'students',
          match: { combine: 'all', conditions: [{ audiences: ['west-coast-students'] }] },
          serve: { variation: 'on' },
        },
      ],
      defaultServe: { variation: 'off' },
    },
    anyRevision,
  );
});
afterAll(() => api.close());

describe('POST /evaluate', () => {
  it('gives a student in Washington Google Pay, and says why', async () => {
    const answer = await api.must('POST', evaluate, {
      context: { key: 'u1', state: 'Washington', student: true },
    });
    const { id } = await api.must('GET', '/projects/demo/environments/production');
    const { epoch, version, hash } = await storedRuleset(api.database, id);
    expect(answer.position).toBe(`${epoch}-${version}-${hash.slice(0, 8)}`);
    expect(Object.keys(answer.flags)).toEqual(['google-pay', 'plain']);
    expect(answer.flags['google-pay']).toMatchObject({
      value: true,
      variation: 'on',
      reason: 'RULE',
      ruleId: 'students',
    });
    expect(answer.flags['google-pay'].path.at(-1)).toMatchObject({
      step: 'rule',
      rule: 'students',
      held: true,
    });
    expect(answer.flags['google-pay'].audiences['west-coast-students']).toMatchObject({ held: true });
    expect(answer.flags.plain).toMatchObject({ value: false, reason: 'OFF' });
  });

  it('gives a Californian who is no student the default', async () => {
    const { flags } = await api.must('POST', evaluate, {
      context: { key: 'u2', state: 'California', student: false },
      flag: 'google-pay',
    });
    expect(Object.keys(flags)).toEqual(['google-pay']);
    expect(flags['google-pay']).toMatchObject({ value: false, variation: 'off', reason: 'DEFAULT' });
  });

  it('sees a change at once', async () => {
    const context = { key: 'u1', state: 'Oregon', student: true };
    const reasonOf = async () =>
      (await api.must('POST', evaluate, { context, flag: 'google-pay' })).flags['google-pay'].reason;
    expect(await reasonOf()).toBe('RULE');
    await api.must('POST', `${pay}/toggle`, { enabled: false });
    expect(await reasonOf()).toBe('OFF');
    await api.must('POST', `${pay}/toggle`, { enabled: true });
    expect(await reasonOf()).toBe('RULE');
  });

  it('answers for a flag that is not there as every evaluator does', async () => {
    const { flags } = await api.must('POST', evaluate, { flag: 'constructor' });
    expect(flags.constructor).toMatchObject({ reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });
  });

  it('takes odd contexts for what they are', async () => {
    for (const context of [
      {},
      { hasOwnProperty: 1 },
      { state: null, student: 'true' },
      { key: 7, state: ['Oregon'] },
    ]) {
      expect((await api.must('POST', evaluate, { context })).flags['google-pay'].reason).toBe('DEFAULT');
    }
    expect((await api.must('POST', evaluate)).flags['google-pay'].reason).toBe('DEFAULT');
    for (const context of [[], 'u1', 7, null, true]) {
      expect((await api.call('POST', evaluate, { context })).body).toMatchObject({
        status: 400,
        errors: [{ path: 'context' }],
      });
    }
    const odd = { key: 'u\u0000', state: '\ud800', student: true, 'a\u0000': ['\udfff'] };
    const { flags } = await api.must('POST', evaluate, { context: odd });
    expect(flags['google-pay']).toMatchObject({ reason: 'DEFAULT', variation: 'off' });
    expect((await api.must('POST', evaluate, { flag: 'a\u0000b' })).flags['a\u0000b'].errorCode).toBe(
      'FLAG_NOT_FOUND',
    );
    expect((await api.call('POST', evaluate, '{"context":{"state":1e999}}')).status).toBe(400);
    expect((await api.call('POST', evaluate, { contxt: {} })).status).toBe(400);
    expect((await api.call('POST', '/projects/demo/environments/none/evaluate', {})).status).toBe(404);
  });
});
