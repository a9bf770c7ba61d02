import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventually, type FaunaProcess, pause } from '../../manager/test/support/fauna-process.ts';
import { bound } from '../support/bound.ts';
import { quantile } from '../support/quantiles.ts';
import { watchedWorld } from '../support/watched-world.ts';
import type { World } from '../support/world.ts';

const flags = '/projects/trial/flags';
const production = '/projects/trial/environments/production';
const clock = fileURLToPath(new URL('../support/programs/shifted-clock.mjs', import.meta.url));

describe('the API while what it stands on fails', () => {
  let world: World;
  watchedWorld({ managers: 2, bearers: 1 }, (started) => {
    world = started;
  });

  const flag = (key: string) => ({ key, name: key, kind: 'boolean' });
  const create = (fauna: FaunaProcess, key: string, idempotencyKey: string) =>
    fauna.api('POST', flags, flag(key), { 'idempotency-key': idempotencyKey });
  const version = async () => {
    const { body } = await world.manager(1).fauna.api('GET', `${production}/delivery`);
    return (body as { version: number }).version;
  };
  const deliveredVersion = async () => {
    const { body } = await world.manager(1).fauna.api('GET', `${production}/delivery`);
    return (body as { deliveredVersion: number | null }).deliveredVersion;
  };
  /** Waits until a statement of somebody waits for this in Postgres. */
  const waitingFor = (event: 'PgSleep' | 'transactionid') =>
    eventually(
      async () => {
        const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event = '${event}' AND state = 'active'`;
        return (await world.postgres.query(waiting)).length > 0;
      },
      { what: `somebody who waits for ${event}` },
    );
  const served = () =>
    eventually(async () => (await deliveredVersion()) === (await version()), { what: 'the newest version' });

  it('F1: killed before the commit, nothing has happened, and the same key does it once elsewhere', async () => {
    const before = await version();
    // Whoever holds the project's row holds every change of it.
    const hold = world.postgres.query(
      `DO $$ BEGIN PERFORM 1 FROM projects WHERE key = 'trial' FOR UPDATE; PERFORM pg_sleep(5); END $$`,
    );
    await waitingFor('PgSleep');
    const cutOff = create(world.manager().fauna, 'f1', 'key-f1').then(
      ({ status }) => status,
      () => 'cut off',
    );
    await waitingFor('transactionid');
    await world.manager().fauna.end('SIGKILL');
    expect(await cutOff).toBe('cut off');
    await hold;
    const other = world.manager(1).fauna;
    expect((await other.api('GET', `${flags}/f1`)).status).toBe(404);
    expect(await version()).toBe(before);
    const [first, again] = [await create(other, 'f1', 'key-f1'), await create(other, 'f1', 'key-f1')];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(await version()).toBe(before + 1);
    await world.manager().fauna.start();
  });

  it('F2: killed between commit and answer, it has happened once, is published within 0.5 s, and the key tells', async () => {
    await world.postgres.query(`
      CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON audit_entries DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.entity_key = 'f2') EXECUTE FUNCTION late();
    `);
    const before = await version();
    const cutOff = create(world.manager().fauna, 'f2', 'key-f2').then(
      ({ status }) => status,
      () => 'cut off',
    );
    // The commit is under way; its answer will not come through.
    await waitingFor('PgSleep');
    world.manager().toPostgres.be('half-up');
    await eventually(async () => (await version()) === before + 1, { what: 'the commit' });
    const committedMs = performance.now();
    await world.manager().fauna.end('SIGKILL');
    expect(await cutOff).toBe('cut off');
    await served();
    expect(performance.now() - committedMs).toBeLessThan(bound(500 + 500));
    const other = world.manager(1).fauna;
    const again = await create(other, 'f2', 'key-f2');
    expect(again.status).toBe(201);
    expect((await other.api('GET', `${flags}/f2`)).body).toEqual(again.body);
    expect(await version()).toBe(before + 1);
    world.manager().heal();
    await world.manager().fauna.start();
  });

  it('F7: with Postgres down every request says 503 retryable, bearers serve, and all goes on by itself', async () => {
    const prober = world.probe(50);
    await world.postgres.stop();
    const asked = [
      world.manager().fauna.api('GET', flags),
      world.manager().fauna.api('POST', flags, flag('f7')),
      world.manager().fauna.api('POST', `${flags}/counter/environments/production/toggle`, { enabled: true }),
    ];
    for (const answer of await Promise.all(asked)) {
      expect([answer.status, (answer.body as { code: string }).code]).toEqual([503, 'retryable']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await pause(8_000);
    await world.postgres.start();
    await eventually(async () => (await world.oracle.write()).kind === 'acknowledged', {
      what: 'writes again',
    });
    expect(await world.untilServed(world.bearer())).toBeLessThan(bound(2_000));
    expect((await prober.stop()).failures).toEqual([]);
  });

  it('F8: with a Postgres that takes 2 s for every answer the manager stays alive', async () => {
    const { fauna, toPostgres } = world.manager();
    toPostgres.setWeather({ delayMs: 1_000 });
    const slow = Array.from({ length: 30 }, (_, at) => {
      const startMs = performance.now();
      return fauna
        .api('GET', `${flags}?query=${at}`)
        .then(({ status }) => ({ status, tookMs: performance.now() - startMs }));
    });
    const tookMs: number[] = [];
    for (let times = 0; times < 100; times += 1) {
      const startMs = performance.now();
      expect((await fetch(`${fauna.url}/healthz`)).status).toBe(200);
      tookMs.push(performance.now() - startMs);
      await pause(20);
    }
    // Nothing that waits for the database keeps the event loop from anything else.
    expect(quantile(tookMs, 0.99)).toBeLessThan(bound(250));
    for (const { status, tookMs } of await Promise.all(slow)) {
      expect([200, 503]).toContain(status);
      expect(tookMs).toBeLessThan(bound(15_000));
    }
    world.manager().heal();
    await eventually(async () => (await fauna.api('GET', flags)).status === 200, { what: 'answers again' });
    await world.oracle.mustWrite();
    await world.untilServed(world.bearer());
  });

  it('F33: two managers write one environment at once: no gap, no loss, and the stale one is told', async () => {
    const [one, other] = [world.manager().fauna, world.manager(1).fauna];
    const keys = Array.from({ length: 10 }, (_, at) => `f33-${at}`);
    for (const key of keys) expect((await one.api('POST', flags, flag(key))).status).toBe(201);
    const before = await version();
    const toggles = keys.flatMap((key) =>
      [true, false, true].map((enabled, round) => ({ key, enabled, by: round % 2 === 0 ? one : other })),
    );
    // Of one flag one after the other, of all flags at once, through both managers.
    await Promise.all(
      keys.map(async (key) => {
        for (const { enabled, by } of toggles.filter((toggle) => toggle.key === key)) {
          const path = `${flags}/${key}/environments/production/toggle`;
          expect((await by.api('POST', path, { enabled })).status).toBe(200);
        }
      }),
    );
    expect(await version()).toBe(before + toggles.length);
    const rivals = [one, other].map((fauna, at) =>
      fauna.api('PATCH', `${flags}/f33-0`, { name: `By ${at}` }, { 'if-match': '"1"' }),
    );
    const answers = await Promise.all(rivals);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const stale = answers.find(({ status }) => status === 412);
    const kept = answers.find(({ status }) => status === 200);
    expect(stale?.body).toMatchObject({ current: kept?.body });
  });

  it('F34: managers of two versions on one database work side by side, while it gets newer', async () => {
    const newer = world.manager(1).fauna;
    // What the next version's migrations may do: add what this one does not know.
    await world.postgres.query(`
      ALTER TABLE flags ADD COLUMN future text NOT NULL DEFAULT 'x';
      ALTER TABLE snapshots ADD COLUMN future integer;
      CREATE TABLE future_things (id uuid PRIMARY KEY);
      INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
        VALUES ('future', (SELECT max(created_at) + 1 FROM drizzle.__drizzle_migrations));
    `);
    await newer.end('SIGTERM');
    await newer.start();
    for (const [at, { fauna }] of world.managers.entries()) {
      expect((await fauna.api('POST', flags, flag(`f34-${at}`))).status).toBe(201);
      world.oracle.writeThrough(fauna);
      await world.oracle.mustWrite();
      expect(await world.untilServed(world.bearer())).toBeLessThan(bound(2_000));
    }
    world.oracle.writeThrough(world.manager().fauna);
  });

  it('F35: a ruleset over 5 MB is refused with what weighs how much, and never published', async () => {
    const { fauna } = world.manager();
    const value = (letter: string) => ({ text: letter.repeat(60_000) });
    const heavy = (at: number) => ({
      key: `f35-${at}`,
      name: 'Heavy',
      kind: 'json',
      variations: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((key) => ({
        key,
        value: value(key),
      })),
    });
    let refused: Awaited<ReturnType<FaunaProcess['api']>> | undefined;
    for (let at = 0; refused === undefined; at += 1) {
      expect(at).toBeLessThan(20);
      const answer = await fauna.api('POST', flags, heavy(at));
      if (answer.status !== 201) refused = answer;
    }
    expect(refused.status).toBe(422);
    expect((refused.body as { detail: string }).detail).toMatch(/5(?:\.0+)? ?MB|5,?000,?000|5242880|bytes/);
    await served();
    await world.oracle.mustWrite();
    await world.untilServed(world.bearer());
    for (let at = 0; (await fauna.api('GET', `${flags}/f35-${at}`)).status === 200; at += 1) {
      expect((await fauna.api('POST', `${flags}/f35-${at}/archive`, {})).status).toBe(200);
    }
  });

  it('F36: clocks an hour ahead and behind, and jumping, change no order and lose nothing', async () => {
    const hourMs = 3_600_000;
    for (const [at, { fauna }] of world.managers.entries()) {
      await fauna.end('SIGTERM');
      await fauna.start({
        NODE_OPTIONS: `--import=${clock}`,
        FAUNA_TRIAL_CLOCK_MS: String(at === 0 ? hourMs : -hourMs),
      });
    }
    const before = await version();
    for (let round = 0; round < 6; round += 1) {
      const { fauna } = world.manager(round % 2);
      if (round === 3) for (const manager of world.managers) process.kill(manager.fauna.pid, 'SIGUSR2');
      world.oracle.writeThrough(fauna);
      await world.oracle.mustWrite();
      expect(await world.untilServed(world.bearer())).toBeLessThan(bound(2_000));
    }
    expect(await version()).toBe(before + 6);
    const { body } = await world
      .manager()
      .fauna.api('GET', '/projects/trial/audit?entity=flag:counter&limit=6');
    const ids = (body as { items: { id: string }[] }).items.map(({ id }) => Number(id));
    // The order of the audit trail is that of the commits, whatever the clocks say.
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    world.oracle.writeThrough(world.manager().fauna);
  });
});
