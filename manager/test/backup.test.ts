import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { BearerProcess } from './support/bearer-process.ts';
import { eventually, FaunaProcess } from './support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from './support/google-pay.ts';
import { InstalledPostgres, installedPostgres } from './support/installed-postgres.ts';
import { operatorCommand } from './support/operator-command.ts';

/** What a student in California gets, and from which position. */
async function serve(url: string, clientKey: string) {
  const response = await fetch(`${url}/connect/client`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clientKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ context: { key: 'u', state: 'California', student: true } }),
  });
  const body = (await response.json()) as { position?: string; flags?: Record<string, { value: unknown }> };
  const [epoch, version] = (body.position ?? '').split('-').map(Number);
  return { value: body.flags?.['google-pay']?.value, epoch: epoch ?? 0, version: version ?? 0 };
}

/** Whole processes are started, stopped and started again, perhaps beside others. */
const patienceMs = 180_000;

const bin = installedPostgres();

describe.skipIf(bin === undefined)(
  'a dump that is restored (needs server and tools of one Postgres below /usr/lib/postgresql, or in FAUNA_POSTGRES_BIN)',
  () => {
    const secret = 'dGhlIHNlY3JldCBvZiBhIHJlc3RvcmVkIGRhdGFiYXNl';
    let postgres: InstalledPostgres;
    let redis: RedisServer;
    let fauna: FaunaProcess;
    let bearer: BearerProcess;
    let clientKey: string;
    const settings = (database: string) => ({
      DATABASE_URL: postgres.url(database),
      REDIS_URL: redis.url,
      FAUNA_SECRET: secret,
    });
    const operate = (name: string, args: readonly string[], database: string) =>
      operatorCommand(name, args, { ...settings(database), FAUNA_DATA_DIR: fauna.dataDir });

    beforeAll(async () => {
      postgres = await InstalledPostgres.start(bin ?? '');
      await postgres.query('postgres', 'CREATE DATABASE before');
      redis = await RedisServer.start();
      fauna = await FaunaProcess.prepare();
      await fauna.start(settings('before'));
      ({ clientKey } = await tellGooglePayStory(fauna));
      bearer = new BearerProcess({ REDIS_URL: redis.url });
      await bearer.untilReady();
      await eventually(async () => (await serve(bearer.url, clientKey)).value === true);
    });
    afterAll(async () => {
      await bearer?.end();
      await fauna?.dispose();
      await redis?.dispose();
      await postgres?.dispose();
    });

    it('is what bearers come back to, however far they were ahead, with its audit trail whole and protected', {
      timeout: patienceMs,
    }, async () => {
      const file = await postgres.dump('before');
      const checkpoint = join(fauna.dataDir, 'checkpoint.json');
      for (const enabled of [false, true, false]) await toggleGooglePay(fauna, enabled);
      const ahead = await eventually(async () => {
        const served = await serve(bearer.url, clientKey);
        return served.value === false && served;
      });
      expect((await operate('verify-audit', ['--checkpoint', checkpoint], 'before')).code).toBe(0);
      await fauna.end('SIGTERM');

      await postgres.restore(file, 'after');
      await fauna.start(settings('after'));
      const back = await eventually(
        async () => {
          const served = await serve(bearer.url, clientKey);
          return served.value === true && served;
        },
        { patienceMs: 30_000, what: 'a bearer that serves what was restored' },
      );
      expect(back.version).toBeLessThan(ahead.version);
      expect(back.epoch).toBeGreaterThan(ahead.epoch);

      const whole = await operate('verify-audit', [], 'after');
      expect(whole).toMatchObject({ code: 0, errors: '' });
      expect(whole.output).toContain('Project "demo"');
      // What was written after the dump is gone, and the checkpoint says so.
      const cut = await operate('verify-audit', ['--against', checkpoint], 'after');
      expect(cut).toMatchObject({ code: 1, output: expect.stringContaining('cut off at the end') });

      for (const statement of ['UPDATE audit_entries SET actor = actor', 'DELETE FROM audit_chains'])
        await expect(postgres.query('after', `SET ROLE fauna_app; ${statement}`)).rejects.toMatchObject({
          code: '42501',
        });
      expect(fauna.output).not.toContain('may not make roles');

      await toggleGooglePay(fauna, false);
      await eventually(async () => (await serve(bearer.url, clientKey)).value === false);
      expect((await operate('verify-audit', [], 'after')).code).toBe(0);
    });

    it('is moved above everything by bump-epoch, whatever nobody could tell of', {
      timeout: patienceMs,
    }, async () => {
      const before = await serve(bearer.url, clientKey);
      expect(await operate('bump-epoch', ['--all'], 'after')).toMatchObject({ code: 0, errors: '' });
      await eventually(async () => (await serve(bearer.url, clientKey)).epoch > before.epoch);
      expect((await operate('verify-audit', [], 'after')).code).toBe(0);
    });
  },
);

describe('a copy of the data folder of a Fauna that was stopped', () => {
  let fauna: FaunaProcess;
  let copy: string;
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    copy = await mkdtemp(join(tmpdir(), 'fauna-copy-'));
  });
  afterAll(async () => {
    await fauna.dispose();
    await rm(copy, { recursive: true, force: true });
  });

  it('puts back everything, and with bump-epoch SDKs follow though they know higher versions', {
    timeout: patienceMs,
  }, async () => {
    await fauna.start();
    const { clientKey } = await tellGooglePayStory(fauna);
    const kept = await serve(fauna.url, clientKey);
    await fauna.end('SIGTERM');
    await copyFolder(fauna.dataDir, copy);
    await fauna.start();
    for (const enabled of [false, true, false]) await toggleGooglePay(fauna, enabled);
    const ahead = await serve(fauna.url, clientKey);
    expect(ahead).toMatchObject({ value: false, epoch: kept.epoch });
    await fauna.end('SIGTERM');

    await rm(fauna.dataDir, { recursive: true });
    await copyFolder(copy, fauna.dataDir);
    const own = { FAUNA_DATA_DIR: fauna.dataDir };
    expect((await operatorCommand('bump-epoch', ['--all'], own)).code).toBe(0);
    expect(await operatorCommand('verify-audit', [], own)).toMatchObject({ code: 0, errors: '' });
    await fauna.start();
    const back = await serve(fauna.url, clientKey);
    expect(back).toMatchObject({ value: true, version: kept.version });
    expect(back.epoch).toBeGreaterThan(ahead.epoch);
  });
});

/** With owners and modes: the server runs as another account where Fauna runs as root. */
async function copyFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await new Promise<void>((resolve, reject) =>
    execFile('cp', ['-a', from, to], (error) => (error === null ? resolve() : reject(error))),
  );
}
