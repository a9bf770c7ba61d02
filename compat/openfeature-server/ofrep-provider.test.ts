import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaunaProcess } from '../../manager/test/support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from '../../manager/test/support/google-pay.ts';

const student = { targetingKey: 'user-1', state: 'Washington', student: true };
const other = { targetingKey: 'user-2', state: 'California', student: false };

describe("OpenFeature's OFREP server provider against a running Fauna", () => {
  let fauna: FaunaProcess;
  let keys: Awaited<ReturnType<typeof tellGooglePayStory>>;
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    await fauna.start();
    keys = await tellGooglePayStory(fauna);
  });
  afterAll(async () => {
    await OpenFeature.close();
    await fauna.dispose();
  });

  it.each(['clientKey', 'serverKey'] as const)('evaluates with a %s', async (kind) => {
    await OpenFeature.setProviderAndWait(
      kind,
      new OFREPProvider({ baseUrl: fauna.url, headers: [['Authorization', `Bearer ${keys[kind]}`]] }),
    );
    const client = OpenFeature.getClient(kind);
    expect(await client.getBooleanDetails('google-pay', false, student)).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
    });
    expect(await client.getBooleanDetails('google-pay', true, other)).toMatchObject({
      value: false,
      variant: 'off',
      reason: 'DEFAULT',
    });
    expect(await client.getBooleanDetails('google-pay', true, {})).toMatchObject({
      value: false,
      variant: 'off',
    });
  });

  it('accepts the key as X-API-Key', async () => {
    await OpenFeature.setProviderAndWait(
      'x-api-key',
      new OFREPProvider({ baseUrl: fauna.url, headers: [['X-API-Key', keys.serverKey]] }),
    );
    expect(await OpenFeature.getClient('x-api-key').getBooleanValue('google-pay', false, student)).toBe(true);
  });

  it('gives the default and the error code for what cannot be answered', async () => {
    const client = OpenFeature.getClient('serverKey');
    expect(await client.getBooleanDetails('no-such-flag', true, student)).toMatchObject({
      value: true,
      reason: 'ERROR',
      errorCode: 'FLAG_NOT_FOUND',
    });
    expect(await client.getStringDetails('google-pay', 'text', student)).toMatchObject({
      value: 'text',
      errorCode: 'TYPE_MISMATCH',
    });
  });

  it('follows a toggle with the next question', async () => {
    const client = OpenFeature.getClient('serverKey');
    await toggleGooglePay(fauna, false);
    await expect
      .poll(() => client.getBooleanValue('google-pay', true, student), { timeout: 1_000 })
      .toBe(false);
    expect(await client.getBooleanDetails('google-pay', true, student)).toMatchObject({
      value: false,
      reason: 'DEFAULT',
    });
    await toggleGooglePay(fauna, true);
    await expect
      .poll(() => client.getBooleanValue('google-pay', false, student), { timeout: 1_000 })
      .toBe(true);
  });
});
