import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { ClientProviderEvents, OpenFeature, type Provider } from '@openfeature/web-sdk';
import { EventSource } from 'eventsource';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, FaunaProcess } from '../../manager/test/support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from '../../manager/test/support/google-pay.ts';

const student = { targetingKey: 'user-1', state: 'Washington', student: true };

/** Node has no EventSource of its own yet; the provider takes the global one. */
const before = (globalThis as { EventSource?: unknown }).EventSource;

describe("OpenFeature's OFREP web provider in Node, with an EventSource from npm", () => {
  let fauna: FaunaProcess;
  let clientKey: string;
  const client = OpenFeature.getClient();
  const changes: (readonly string[])[] = [];

  beforeAll(async () => {
    (globalThis as { EventSource?: unknown }).EventSource = EventSource;
    fauna = await FaunaProcess.prepare();
    await fauna.start();
    ({ clientKey } = await tellGooglePayStory(fauna));
    await OpenFeature.setContext(student);
    client.addHandler(ClientProviderEvents.ConfigurationChanged, (details) => {
      changes.push(details?.flagsChanged ?? []);
    });
    const provider = new OFREPWebProvider({
      baseUrl: fauna.url,
      headers: [['Authorization', `Bearer ${clientKey}`]],
      disableVisibilityRefresh: true,
    });
    // It declares optional members as `| undefined`, which `exactOptionalPropertyTypes` takes for another type.
    await OpenFeature.setProviderAndWait(provider as Provider);
  });
  afterEach(() => {
    changes.length = 0;
  });
  afterAll(async () => {
    await OpenFeature.close();
    (globalThis as { EventSource?: unknown }).EventSource = before;
    await fauna?.dispose();
  });

  const shows = (value: boolean) =>
    eventually(async () => client.getBooleanValue('google-pay', !value) === value, {
      what: `google-pay ${value}`,
    });

  it('follows a toggle through the event stream, and names the flag that has changed', async () => {
    await shows(true);
    await toggleGooglePay(fauna, false);
    await shows(false);
    // The client tells its handlers in a later turn than the one in which it takes the new values.
    await eventually(async () => changes.length > 0, { what: 'the change' });
    expect(changes).toEqual([['google-pay']]);
  });

  it('hears after a restart of what has changed while its stream was cut (19)', async () => {
    await toggleGooglePay(fauna, false);
    await shows(false);
    await fauna.end('SIGKILL');
    await fauna.start();
    await toggleGooglePay(fauna, true);
    // The provider itself asks nothing after a reconnect: the bearer must tell it to.
    await shows(true);
  });

  it('follows for another user after the context has changed', async () => {
    await toggleGooglePay(fauna, true);
    await OpenFeature.setContext({ ...student, targetingKey: 'user-2', state: 'California', student: false });
    await shows(false);
    await OpenFeature.setContext(student);
    await shows(true);
    await toggleGooglePay(fauna, false);
    await shows(false);
  });
});
