import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { operatorCommand } from './support/operator-command.ts';

interface Findings {
  readonly ok: boolean;
  readonly findings: readonly { readonly check: string; readonly state: string; readonly text: string }[];
}

describe('npm run doctor', { timeout: 120_000 }, () => {
  let test: TestDatabase;
  let redis: RedisServer;
  let folder: string;
  beforeAll(async () => {
    test = await createTestDatabase();
    redis = await RedisServer.start();
    folder = await mkdtemp(join(tmpdir(), 'fauna-doctor-'));
    await test.database.pool.query(
      "INSERT INTO audit_entries (at, actor, action, entity_kind, entity_key) VALUES (now(), 'a', 'b.c', 'd', 'e')",
    );
  });
  afterAll(async () => {
    await test.close();
    await redis.dispose();
    await rm(folder, { recursive: true });
  });

  async function examine(settings: Readonly<Record<string, string>> = {}) {
    const all = { FAUNA_DATA_DIR: folder, DATABASE_URL: test.url, REDIS_URL: redis.url, ...settings };
    const { code, output, errors } = await operatorCommand('doctor', ['--json'], all);
    const { ok, findings } = JSON.parse(output) as Findings;
    expect({ code, errors }).toEqual({ code: ok ? 0 : 1, errors: '' });
    expect(output).not.toContain(redis.password);
    return (check: string) => findings.find((finding) => finding.check === check);
  }

  it('finds what is well, and that the default user of a Redis may do too much', async () => {
    const of = await examine();
    for (const check of [
      'settings',
      'database',
      'schema',
      'rights',
      'clock of the database',
      'audit trail',
      'disk',
    ])
      expect(of(check), check).toMatchObject({ state: 'ok' });
    for (const check of [
      'secrets on disk',
      'store',
      'version of the store',
      'policy of the store',
      'bearers',
    ])
      expect(of(check), check).toMatchObject({ state: 'ok' });
    expect(of('user of the store')).toMatchObject({
      state: 'warn',
      text: expect.stringContaining('"default"'),
    });
    expect(of('address')).toMatchObject({ state: 'warn' });
    const readable = await operatorCommand('doctor', [], { FAUNA_DATA_DIR: folder, DATABASE_URL: test.url });
    expect(readable.output).toMatch(/^ok {4}store: memory, within the manager$/m);
  });

  it('says what to do about everything that is not, all at once', async () => {
    await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await writeFile(join(folder, 'secret'), 'x');
    await chmod(join(folder, 'secret'), 0o644);
    await test.asOwner(
      "ALTER TABLE audit_entries DISABLE TRIGGER USER; UPDATE audit_entries SET actor = 'x'; ALTER TABLE audit_entries ENABLE TRIGGER USER",
    );
    const proxy = createServer((_, response) => response.writeHead(502).end());
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const of = await examine({ FAUNA_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    proxy.close();
    expect(of('policy of the store')).toMatchObject({
      state: 'warn',
      text: expect.stringContaining('noeviction'),
    });
    expect(of('secrets on disk')).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('chmod 600'),
    });
    expect(of('audit trail')).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('was edited'),
    });
    expect(of('address')).toMatchObject({ state: 'fail', text: expect.stringContaining('502') });
  });

  it('goes on where something cannot be reached, and lists every setting that cannot be used', async () => {
    const of = await examine({
      DATABASE_URL: 'postgres://nobody:hidden@127.0.0.1:1/none',
      REDIS_URL: 'redis://:hidden@127.0.0.1:1',
      FAUNA_DATA_DIR: join(folder, 'none'),
    });
    expect(of('database')).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('Check DATABASE_URL'),
    });
    expect(of('store')).toMatchObject({ state: 'fail', text: expect.stringContaining('Check REDIS_URL') });
    expect(of('data folder')).toMatchObject({ state: 'warn' });
    const settings = (await examine({ PORT: 'x', FAUNA_SECRET: 'changeme' }))('settings');
    expect(settings).toMatchObject({ state: 'fail', text: expect.stringMatching(/PORT[\s\S]*FAUNA_SECRET/) });
  });
});
