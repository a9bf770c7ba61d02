import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi, testSecret } from '../../../test/support/api.ts';
import { type Received, type Receiver, startReceiver } from '../../../test/support/receiver.ts';
import type { Database } from '../../platform/database/index.ts';
import { noTrustedProxies } from '../../platform/http/index.ts';
import { createWebhooks } from './index.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let api: TestApi;
let receiver: Receiver;
let clock: Date;
let dispatching: Dispatching;
beforeAll(async () => {
  api = await createTestApi(() => clock, {
    url: 'https://flags.example.com',
    trustedProxies: noTrustedProxies,
  });
});
afterAll(() => api.close());
beforeEach(async () => {
  clock = new Date();
  dispatching = another({ url: 'https://flags.example.com' });
  receiver = await startReceiver();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects/demo/flags', { key: 'checkout', name: 'Checkout', kind: 'boolean' });
});
afterEach(async () => {
  await receiver.close();
  await api.call('DELETE', '/projects/demo', undefined, anyRevision);
});

/** Time passes: what is due goes by the clock of the database, so that all that is written down becomes so much older. */
const later = async (ms: number) => {
  const older = (columns: readonly string[]) =>
    columns.map((column) => `${column} = ${column} - interval '${ms} milliseconds'`).join(', ');
  await api.asOwner(`
    UPDATE webhook_deliveries SET ${older(['next_try_at', 'last_try_at', 'created_at'])};
    UPDATE webhooks SET ${older(['failing_since', 'paused_until', 'old_secret_until'])}`);
};
const msBetween = (one: string, other: string) => Date.parse(other) - Date.parse(one);
const all = '/projects/demo/webhooks';
const create = (more: object = {}) =>
  api.must('POST', all, { name: 'Hook', url: `http://127.0.0.1:${receiver.port}/hook`, ...more });
const read = (id: string) => api.must('GET', `${all}/${id}`);
const log = async (id: string) => (await api.must('GET', `${all}/${id}/deliveries?limit=200`)).items;
let names = 0;
/** A change that every webhook hears of. */
const rename = async (times = 1) => {
  for (let time = 0; time < times; time += 1)
    await api.must('PATCH', '/projects/demo/flags/checkout', { name: `Name ${names++}` }, anyRevision);
};
const toggle = (environment: string, enabled: boolean) =>
  api.must('POST', `/projects/demo/flags/checkout/environments/${environment}/toggle`, { enabled });

type Dispatching = Pick<ReturnType<typeof createWebhooks>, 'dispatcher'>;
/** One look of a dispatcher, and all that it sends. */
async function dispatch({ dispatcher }: Dispatching = dispatching): Promise<void> {
  await dispatcher.look();
  await dispatcher.settled();
}
/** Another manager over the same database. */
function another({
  secret = testSecret,
  database = api.database,
  now = () => clock,
  url,
}: {
  secret?: string;
  database?: Database;
  now?: () => Date;
  url?: string;
} = {}) {
  return createWebhooks({
    database,
    now,
    randomBytes: (size) => new Uint8Array(size),
    onCommit: () => {},
    secret,
    url,
    egress: { isInsecure: true, networks: () => false },
    random: () => 0.5,
    log: { warn: () => {} },
  });
}

const events = () => receiver.received.map(({ body }) => JSON.parse(body));
const seqs = () => events().map(({ seq }) => seq);
const deliveryIds = () => receiver.received.map(({ headers }) => headers['fauna-delivery']);
const refuse: Receiver['answer'] = (response) => void response.writeHead(503).end();
const take: Receiver['answer'] = (response) => void response.end('ok');

/** By a computation of its own. */
function verify({ headers, body }: Received, secret: string, now = Date.now()): boolean {
  const parts = String(headers['fauna-signature']).split(',');
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  const right = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return parts.includes(`v1=${right}`) && Math.abs(now / 1_000 - Number(time)) <= 300;
}

/** By what docs/webhooks.md shows to receivers. */
async function verifyAsDocumented(
  { headers, body }: Received,
  secret: string,
  now = Date.now(),
): Promise<boolean> {
  const page = await readFile(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8');
  const [, code = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
  const { isFromFauna } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
  return isFromFauna({ header: headers['fauna-signature'], body, secret, now });
}

describe('a dispatcher', () => {
  it('tells of what has happened since the webhook was made, in its order, signed', async () => {
    const { id, secret } = await create();
    await rename();
    await toggle('production', true);
    await dispatch();
    expect(events()).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        type: 'flag.update',
        at: clock.toISOString(),
        seq: 4,
        actor: 'admin-token',
        project: 'demo',
        environment: null,
        entity: { kind: 'flag', key: 'checkout' },
        before: expect.objectContaining({ name: 'Checkout' }),
        after: expect.objectContaining({ revision: 2 }),
        isShortened: false,
        url: 'https://flags.example.com/projects/demo/flags/checkout',
      },
      expect.objectContaining({
        type: 'configuration.toggle',
        seq: 5,
        environment: 'production',
        before: expect.objectContaining({ enabled: false }),
        after: expect.objectContaining({ enabled: true }),
        url: 'https://flags.example.com/projects/demo/flags/checkout?environment=production',
      }),
    ]);
    const deliveries = await log(id);
    expect(deliveries).toMatchObject([
      {
        event: 'configuration.toggle',
        seq: 5,
        status: 'delivered',
        tries: 1,
        httpStatus: 200,
        nextTryAt: null,
      },
      { event: 'flag.update', seq: 4, status: 'delivered', tries: 1, httpStatus: 200, reason: null },
    ]);
    expect(deliveryIds()).toEqual([deliveries[1].id, deliveries[0].id]);
    for (const received of receiver.received) {
      expect(received.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'fauna-event': JSON.parse(received.body).type,
      });
      expect(verify(received, secret)).toBe(true);
      expect(verify(received, `${secret}x`)).toBe(false);
      expect(verify({ ...received, body: `${received.body} ` }, secret)).toBe(false);
      expect(await verifyAsDocumented(received, secret)).toBe(true);
      expect(await verifyAsDocumented(received, `${secret}x`)).toBe(false);
      expect(await verifyAsDocumented({ ...received, body: `${received.body} ` }, secret)).toBe(false);
    }
    const muchLater = Date.now() + 301_000;
    for (const received of receiver.received)
      expect([
        verify(received, secret, muchLater),
        await verifyAsDocumented(received, secret, muchLater),
      ]).toEqual([false, false]);
    await dispatch();
    expect(receiver.received).toHaveLength(2);
  });

  it('tells only of what the filters let through', async () => {
    await create({ name: 'Toggles', events: ['configuration.*'], environments: ['production'] });
    await toggle('staging', true);
    await toggle('production', true);
    await rename();
    await dispatch();
    expect(events().map(({ type, environment }) => [type, environment])).toEqual([
      ['configuration.toggle', 'production'],
    ]);
    receiver.received.length = 0;
    await create({ name: 'Production', environments: ['production'] });
    await create({ name: 'Exact', events: ['flag.archive', 'flag.restore'] });
    await toggle('staging', false);
    await rename();
    await dispatch();
    // What belongs to no environment in particular matters in production too; nobody hears of its own webhook.
    expect(
      events()
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['flag.update', 'webhook.create']);
  });

  it('writes for Slack where it is told to', async () => {
    await create({ format: 'slack' });
    await toggle('production', true);
    await dispatch();
    expect(events()).toEqual([
      {
        text: '*admin-token* switched flag <https://flags.example.com/projects/demo/flags/checkout?environment=production|checkout> on in *production*, project *demo*',
      },
    ]);
  });

  it('beside another one delivers each event once, in its order', async () => {
    const other = another();
    const { id } = await create();
    const second = await create({ name: 'Second', url: `http://127.0.0.1:${receiver.port}/second` });
    await rename(30);
    while (
      (await log(second.id)).filter(({ status }: { status: string }) => status === 'delivered').length < 30
    )
      await Promise.all([
        dispatch(),
        dispatch(other),
        dispatching.dispatcher.look(),
        other.dispatcher.look(),
      ]);
    while ((await log(id)).some(({ status }: { status: string }) => status !== 'delivered'))
      await Promise.all([dispatch(), dispatch(other)]);
    const of = (path: string) =>
      receiver.received.filter((each) => each.path === path).map(({ body }) => JSON.parse(body).seq);
    const renamed = Array.from({ length: 30 }, (_, place) => 5 + place);
    expect(of('/second')).toEqual(renamed);
    expect(of('/hook')).toEqual([4, ...renamed]); // It was also told of the second.
    expect(new Set(deliveryIds()).size).toBe(receiver.received.length);
  });

  it('goes on where one has died between sending and writing it down: the same delivery, under the same id', async () => {
    const { id } = await create();
    await rename(2);
    const dying: Database = {
      ...api.database,
      transaction: (work) =>
        receiver.received.length > 0
          ? Promise.reject(new Error('The process was killed'))
          : api.database.transaction(work),
    };
    await dispatch(another({ database: dying }));
    expect(seqs()).toEqual([4]);
    await dispatch();
    expect(seqs()).toEqual([4]);
    await later(hourMs); // Leases go by the clock of the database alone.
    await dispatch();
    expect(seqs()).toEqual([4]);
    await api.asOwner(`UPDATE webhooks SET leased_until = leased_until - interval '15 seconds'`);
    await dispatch();
    expect(seqs()).toEqual([4, 4, 5]);
    const [first, second] = deliveryIds();
    expect(first).toBe(second);
    expect(await log(id)).toMatchObject([{ status: 'delivered' }, { status: 'delivered' }]);
  });

  it('loses nothing when it dies while it makes deliveries', async () => {
    await create();
    await rename(3);
    const dying: Database = {
      ...api.database,
      transaction: (work) =>
        api.database.transaction(async (tx, sendLater) => {
          await work(tx, sendLater);
          throw new Error('The process was killed');
        }),
    };
    await expect(another({ database: dying }).dispatcher.look()).rejects.toThrow('killed');
    await dispatch();
    expect(seqs()).toEqual([4, 5, 6]);
  });

  it('tries again later what has failed, and lets others pass meanwhile', async () => {
    const { id } = await create();
    receiver.answer = (response, { body }) =>
      (JSON.parse(body).seq === 4 ? refuse : take)(response, {} as Received);
    await rename(2);
    await dispatch();
    expect(seqs()).toEqual([4, 5]);
    expect(await log(id)).toMatchObject([
      { seq: 5, status: 'delivered' },
      {
        seq: 4,
        status: 'pending',
        tries: 1,
        httpStatus: 503,
        reason: 'it was answered with 503',
      },
    ]);
    const [, failed] = await log(id);
    expect(msBetween(failed.lastTryAt, failed.nextTryAt)).toBe(minuteMs);
    receiver.answer = take;
    await dispatch();
    expect(seqs()).toEqual([4, 5]);
    await later(minuteMs);
    await dispatch();
    expect(seqs()).toEqual([4, 5, 4]);
    expect(await read(id)).toMatchObject({ state: 'active', failures: 0, failingSince: null });
    expect((await api.must('GET', `${all}/${id}/deliveries?status=pending`)).items).toEqual([]);
  });

  it('tries by the clock of the database, however wrong those of managers are', async () => {
    const early = another({ now: () => new Date(clock.getTime() + 40 * hourMs) });
    const late = another({ now: () => new Date(clock.getTime() - 40 * hourMs) });
    receiver.answer = refuse;
    const { id, secret } = await create();
    await rename();
    for (const tries of [1, 2]) {
      await dispatch(late);
      expect(await log(id)).toMatchObject([{ tries }]);
      await dispatch(early);
      expect(await log(id)).toMatchObject([{ tries }]);
      await later(6 * minuteMs);
    }
    await dispatch(early);
    expect(await log(id)).toMatchObject([{ tries: 3 }]);
    // Receivers refuse what was signed at another time than theirs.
    for (const received of receiver.received) expect(verify(received, secret)).toBe(true);
    await rename(2);
    await dispatch(early);
    expect(await read(id)).toMatchObject({ failures: 5 });
    await rename();
    await dispatch(early);
    expect(receiver.received).toHaveLength(5);
    await later(30_000);
    await dispatch(late);
    expect(receiver.received).toHaveLength(6);
  });

  it('keeps what is being sent again, however old it is', async () => {
    receiver.answer = refuse;
    const { id } = await create();
    await rename();
    await dispatch();
    await later(31 * 24 * hourMs);
    await dispatch(another());
    expect(await log(id)).toMatchObject([{ seq: 4, status: 'pending', tries: 2 }]);
  });

  it('gives up after six tries within about a day, and sends again when somebody wants it', async () => {
    receiver.answer = refuse;
    const { id } = await create();
    await rename();
    await dispatch();
    for (const waitMs of [1, 6, 36, 216, 1_296].map((minutes) => minutes * minuteMs)) {
      const [waiting] = await log(id);
      expect(msBetween(waiting.lastTryAt, waiting.nextTryAt)).toBe(waitMs);
      const before = receiver.received.length;
      await dispatch();
      expect(receiver.received.length).toBe(before);
      await later(waitMs);
      await dispatch();
      expect(receiver.received.length).toBe(before + 1);
    }
    const [failed] = await log(id);
    expect(failed).toMatchObject({ status: 'failed', tries: 6, nextTryAt: null });
    await later(48 * hourMs);
    await dispatch();
    expect(receiver.received).toHaveLength(6);

    receiver.answer = take;
    const path = `${all}/${id}/deliveries/${failed.id}/redeliver`;
    expect(await api.must('POST', path)).toMatchObject({ id: failed.id, status: 'pending', tries: 6 });
    await dispatch();
    expect(await log(id)).toMatchObject([{ id: failed.id, status: 'delivered', tries: 7 }]);
    expect(new Set(deliveryIds()).size).toBe(1);
    await api.must('POST', path);
    await dispatch();
    expect(receiver.received).toHaveLength(8);
  });

  it('pauses a target that keeps failing, says so, and tries it with one delivery at a time', async () => {
    receiver.answer = refuse;
    const { id } = await create();
    await rename(20);
    await dispatch();
    expect(receiver.received).toHaveLength(5);
    const pauseOf = async () => {
      const [last] = (await log(id))
        .map(({ lastTryAt }: { lastTryAt: string | null }) => lastTryAt ?? '')
        .sort()
        .reverse();
      const { pausedUntil, ...others } = await read(id);
      return { ...others, pauseMs: msBetween(last, pausedUntil) };
    };
    expect(await pauseOf()).toMatchObject({ state: 'paused', failures: 5, pauseMs: 30_000 });
    expect(Math.abs(msBetween((await read(id)).failingSince, clock.toISOString()))).toBeLessThan(hourMs);
    await dispatch();
    expect(receiver.received).toHaveLength(5);
    await later(30_000);
    await dispatch();
    expect(receiver.received).toHaveLength(6);
    expect(await pauseOf()).toMatchObject({ state: 'paused', failures: 6, pauseMs: minuteMs });
    receiver.answer = take;
    await later(hourMs);
    receiver.received.length = 0;
    await dispatch();
    await dispatch();
    expect(seqs()).toEqual(Array.from({ length: 20 }, (_, place) => 4 + place));
    expect(await read(id)).toMatchObject({ state: 'active', failures: 0, pausedUntil: null });
  });

  it('goes on at once after a test that went well', async () => {
    receiver.answer = refuse;
    const { id } = await create();
    await rename(6);
    await dispatch();
    receiver.answer = take;
    await api.must('POST', `${all}/${id}/test`);
    receiver.received.length = 0;
    await dispatch();
    expect(seqs()).toEqual([9]);
    await later(minuteMs);
    await dispatch();
    expect(seqs()).toEqual([9, 4, 5, 6, 7, 8]);
  });

  it('disables a target that has failed for three days, and says since when and why', async () => {
    receiver.answer = refuse;
    const { id } = await create();
    await create({ name: 'Other', url: `http://127.0.0.1:${receiver.port}/other`, events: ['webhook.*'] });
    await rename(3);
    await dispatch();
    for (let hour = 0; hour < 72; hour += 4) {
      if (hour % 24 === 0) await rename(2);
      await later(4 * hourMs);
      await dispatch();
    }
    await rename(2);
    await dispatch();
    const disabled = await read(id);
    expect(disabled).toMatchObject({ enabled: false, state: 'disabled', pausedUntil: null });
    expect(disabled.disabledReason).toMatch(
      /^disabled after \d+ failed tries in a row since [\dT:.-]+Z: it was answered with 503$/,
    );
    expect(new Set((await log(id)).map(({ status }: { status: string }) => status))).toEqual(
      new Set(['failed']),
    );
    const { items } = await api.must('GET', `/projects/demo/audit?entity=webhook:${id}`);
    expect(items[0]).toMatchObject({
      action: 'webhook.update',
      actor: 'webhooks',
      after: { enabled: false, disabledReason: disabled.disabledReason },
    });
    expect(await api.must('PATCH', `${all}/${id}`, { enabled: true }, anyRevision)).toMatchObject({
      state: 'active',
      failures: 0,
      disabledReason: null,
    });
  });

  it('tells a webhook nothing of the time in which it was disabled', async () => {
    const { id } = await create();
    receiver.answer = refuse;
    await rename();
    await dispatch();
    await api.must('PATCH', `${all}/${id}`, { enabled: false }, anyRevision);
    expect(await log(id)).toMatchObject([{ seq: 4, status: 'failed', reason: 'the webhook was disabled' }]);
    await rename(2);
    await dispatch();
    receiver.answer = take;
    receiver.received.length = 0;
    await api.must('PATCH', `${all}/${id}`, { enabled: true }, anyRevision);
    await rename();
    await later(hourMs);
    await dispatch();
    expect(seqs()).toEqual([9]);
  });

  it('signs with both secrets until the grace of a rotation ends', async () => {
    const { id, secret: old } = await create();
    const { secret } = await api.must('POST', `${all}/${id}/rotate`, { graceSeconds: 60 });
    const signedBy = async () => {
      await rename();
      await dispatch();
      const last = receiver.received.at(-1);
      return last && [verify(last, old), verify(last, secret)];
    };
    expect(await signedBy()).toEqual([true, true]);
    await later(minuteMs);
    expect(await signedBy()).toEqual([false, true]);
    await later(hourMs);
    await dispatch(another());
    const kept = 'SELECT 1 FROM webhooks WHERE sealed_old_secret IS NOT NULL OR old_secret_until IS NOT NULL';
    expect(((await api.asOwner(kept)) as { rowCount: number }).rowCount).toBe(0);
  });

  it('sends nothing unsigned when the secret of the installation is another one, and says what helps', async () => {
    const { id } = await create();
    await rename();
    await dispatch(another({ secret: 'another-secret-of-tests-that-is-long-enough' }));
    expect(receiver.received).toEqual([]);
    expect((await log(id))[0].reason).toBe(
      'its secret cannot be opened, since FAUNA_SECRET is another one now: rotate it',
    );
  });

  it('never sends a secret', async () => {
    const hook = await create();
    const sdk = '/projects/demo/environments/production/sdk-keys';
    const server = await api.must('POST', sdk, { name: 'S', kind: 'server' });
    const next = await api.must('POST', `${sdk}/${server.id}/rotate`, { graceSeconds: 60 });
    const context = await api.must('POST', '/projects/demo/environments/production/context-secrets', {});
    const slackUrl = 'https://hooks.example.com/services/T0/B0/token-of-slack';
    const slack = await api.must('POST', all, { name: 'Slack', url: slackUrl, enabled: false });
    const rotated = await api.must('POST', `${all}/${slack.id}/rotate`, { graceSeconds: 60 });
    await dispatch();
    const bodies = receiver.received.map(({ body }) => body).join('\n');
    expect(events().map(({ type }) => type)).toEqual([
      'sdk-key.create',
      'sdk-key.rotate',
      'sdk-key.create',
      'context-secret.create',
      'webhook.create',
      'webhook.rotate',
    ]);
    const secrets = [hook.secret, server.key, next.key, context.secret, slack.secret, rotated.secret];
    for (const secret of [...secrets, testSecret, 'token-of-slack']) {
      expect(secret.length).toBeGreaterThan(12);
      expect(bodies).not.toContain(secret);
    }
  });

  it('leaves the resource out of what would be too large', async () => {
    await create();
    const variations = Array.from({ length: 90 }, (_, place) => ({
      key: `v${place}`,
      value: { text: `${place}`.repeat(4_000) },
    }));
    await api.must('POST', '/projects/demo/flags', { key: 'large', name: 'L', kind: 'json', variations });
    await dispatch();
    expect(events()).toMatchObject([{ type: 'flag.create', before: null, after: null, isShortened: true }]);
  });

  it('holds back what finds no room, and loses none of it', async () => {
    const { id } = await create();
    await api.asOwner(`INSERT INTO webhook_deliveries (id, webhook_id, event, status, tries_max, created_at)
      SELECT gen_random_uuid(), '${id}', 'test', 'pending', 6, now() FROM generate_series(1, 999)`);
    await rename(3);
    const held: (() => void)[] = [];
    receiver.answer = (response) => void held.push(() => response.end());
    await dispatching.dispatcher.look();
    await expect.poll(seqs).toEqual([4]);
    // While the one that had room is on its way, nobody makes another.
    await another().dispatcher.look();
    expect((await log(id)).map(({ seq }: { seq: number | null }) => seq)).not.toContain(5);
    await api.asOwner(`UPDATE webhook_deliveries SET status = 'failed' WHERE event = 'test'`);
    receiver.answer = take;
    for (const answer of held) answer();
    await dispatching.dispatcher.settled();
    await dispatch();
    expect(seqs()).toEqual([4, 5, 6]);
  });

  it('sends to others while more webhooks than one query finds have no room', async () => {
    const { id } = await create({ enabled: false });
    await create({ name: 'Other', url: `http://127.0.0.1:${receiver.port}/other` });
    // They are the furthest behind, and full.
    await api.asOwner(`INSERT INTO webhooks SELECT full_one.* FROM webhooks,
      LATERAL (SELECT (json_populate_record(webhooks, json_build_object('id', gen_random_uuid(), 'enabled', true, 'cursor', 0))).*
        FROM generate_series(1, 50)) AS full_one WHERE webhooks.id = '${id}'`);
    await api.asOwner(`INSERT INTO webhook_deliveries (id, webhook_id, event, status, tries_max, created_at)
      SELECT gen_random_uuid(), id, 'test', 'pending', 6, now() FROM webhooks, generate_series(1, 1000) WHERE cursor = 0`);
    await rename();
    await dispatch();
    expect(receiver.received.map(({ path }) => path)).toEqual(['/other']);
  });

  it('clears away what is older than 30 days', async () => {
    const { id } = await create();
    await rename();
    await dispatch();
    await later(29 * 24 * hourMs);
    await rename();
    await dispatch(another({ now: () => new Date(clock.getTime() + 365 * 24 * hourMs) }));
    expect(await log(id)).toHaveLength(2);
    await later(2 * 24 * hourMs);
    await dispatch(another());
    expect(await log(id)).toMatchObject([{ seq: 5 }]);
  });

  it('goes with its project, and tells of others', async () => {
    await create();
    await rename();
    await api.must('DELETE', '/projects/demo', undefined, anyRevision);
    await dispatch();
    expect(receiver.received).toEqual([]);
    expect(((await api.asOwner('SELECT 1 FROM webhook_deliveries')) as { rowCount: number }).rowCount).toBe(
      0,
    );
  });

  it('that is closed lets a send end, and writes it down', async () => {
    const { id } = await create();
    const held: (() => void)[] = [];
    receiver.answer = (response) => void held.push(() => response.end());
    await rename(2);
    const closing = another();
    await closing.dispatcher.look();
    await expect.poll(() => receiver.received.length).toBe(1);
    const closed = closing.dispatcher.close(20_000);
    receiver.answer = take;
    for (const answer of held) answer();
    await closed;
    expect((await log(id)).map(({ status }: { status: string }) => status)).toContain('delivered');
  });

  it('that is closed cuts off a send that takes too long, and another one makes it at once', async () => {
    const { id } = await create();
    receiver.answer = () => {};
    await rename();
    const closing = another();
    await closing.dispatcher.look();
    await expect.poll(() => receiver.received.length).toBe(1);
    await closing.dispatcher.close(0);
    expect(await log(id)).toMatchObject([{ status: 'pending', tries: 0 }]);
    receiver.answer = take;
    await dispatch();
    expect(seqs()).toEqual([4, 4]);
    expect(new Set(deliveryIds()).size).toBe(1);
  });

  it('that runs sends by itself what was changed', async () => {
    await create();
    api.webhooks.dispatcher.start();
    try {
      await rename();
      await expect.poll(seqs, { timeout: 20_000 }).toEqual([4]);
    } finally {
      await api.webhooks.dispatcher.close(1_000);
    }
  });
});
