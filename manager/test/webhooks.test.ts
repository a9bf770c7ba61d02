import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, FaunaProcess } from './support/fauna-process.ts';
import { type Receiver, startReceiver } from './support/receiver.ts';

let fauna: FaunaProcess;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  fauna = await FaunaProcess.prepare({ FAUNA_WEBHOOKS_INSECURE: 'true' });
  await fauna.start();
});
afterAll(async () => {
  await fauna.dispose();
  await receiver.close();
});

const received = () =>
  receiver.received.map(({ headers, body }) => [headers['fauna-delivery'], JSON.parse(body).type]);

describe('webhooks of a manager that is killed', () => {
  it('are sent again what nobody has written down, under the same id, and then the rest', async () => {
    const made = async (path: string, body: object) => {
      const answer = await fauna.api('POST', path, body);
      expect(answer.status).toBe(201);
      return answer.body as { readonly id: string };
    };
    await made('/projects', { key: 'killed', name: 'Killed' });
    const { id } = await made('/projects/killed/webhooks', {
      name: 'Hook',
      url: `http://127.0.0.1:${receiver.port}/`,
    });
    receiver.answer = () => {}; // The request has arrived, and its sender does not know.
    await made('/projects/killed/flags', { key: 'first', name: 'F', kind: 'boolean' });
    await eventually(() => receiver.received.length === 1, { what: 'the first try' });
    await made('/projects/killed/attributes', { key: 'second', type: 'string' });
    await fauna.end('SIGKILL');

    receiver.answer = (response) => void response.end();
    await fauna.start();
    await eventually(() => receiver.received.length >= 3, { what: 'both events', patienceMs: 60_000 });
    const [[first] = [], ...rest] = received();
    expect(rest).toEqual([
      [first, 'flag.create'],
      [expect.any(String), 'attribute.create'],
    ]);
    await eventually(async () => {
      const { body } = await fauna.api('GET', `/projects/killed/webhooks/${id}/deliveries`);
      const { items } = body as { readonly items: readonly { readonly status: string }[] };
      return items.length === 2 && items.every(({ status }) => status === 'delivered');
    });
  }, 240_000);
});
