import { OFREPApi } from '@openfeature/ofrep-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaunaProcess } from './support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from './support/google-pay.ts';

const student = { targetingKey: 'user-1', state: 'Washington', student: true };

describe('the client of ofrep-core against a running Fauna', () => {
  let fauna: FaunaProcess;
  let api: OFREPApi;
  const apiFor = (key: string) =>
    new OFREPApi({ baseUrl: fauna.url, headers: [['Authorization', `Bearer ${key}`]] });
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    await fauna.start();
    api = apiFor((await tellGooglePayStory(fauna)).clientKey);
  });
  afterAll(() => fauna.dispose());

  it('evaluates one flag', async () => {
    const { httpStatus, value } = await api.postEvaluateFlag('google-pay', { context: student });
    expect(httpStatus).toBe(200);
    expect(value).toMatchObject({ key: 'google-pay', value: true, variant: 'on', reason: 'TARGETING_MATCH' });
  });

  it('tells a flag that does not exist from others', async () => {
    const { httpStatus, value } = await api.postEvaluateFlag('no-such-flag', { context: student });
    expect(httpStatus).toBe(404);
    expect(value).toMatchObject({ key: 'no-such-flag', errorCode: 'FLAG_NOT_FOUND' });
  });

  it('evaluates all flags, answers 304 while nothing changes and 200 once something has', async () => {
    const first = await api.postBulkEvaluateFlags({ context: student });
    expect(first.httpStatus).toBe(200);
    expect(first.httpResponse?.headers.get('content-type')).toMatch(/^application\/json/);
    const etag = first.httpResponse?.headers.get('etag');
    expect(etag).toMatch(/^(W\/)?".+"$/);
    expect(JSON.parse(JSON.stringify(first)).value.flags).toMatchObject([{ key: 'google-pay', value: true }]);

    expect((await api.postBulkEvaluateFlags({ context: student }, etag)).httpStatus).toBe(304);
    const otherContext = await api.postBulkEvaluateFlags({ context: { targetingKey: 'user-2' } }, etag);
    expect(otherContext.httpStatus).toBe(200);

    await toggleGooglePay(fauna, false);
    await expect
      .poll(async () => (await api.postBulkEvaluateFlags({ context: student }, etag)).httpStatus, {
        timeout: 1_000,
      })
      .toBe(200);
    await toggleGooglePay(fauna, true);
  });

  it('is refused with a key that nobody has made', async () => {
    await expect(
      apiFor('fauna_cli_nobody').postEvaluateFlag('google-pay', { context: student }),
    ).rejects.toThrow();
  });
});
