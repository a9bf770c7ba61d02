import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packedProgram } from '../../scripts/pack-programs.mjs';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { projectRoot } from './support/fauna-process.ts';

const project = '11111111-1111-4111-8111-111111111111';
const secret = 'the-secret-of-an-installation-of-tests';

describe('npm run verify-audit', () => {
  let test: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    test = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'fauna-audit-'));
    await write(3);
  });
  afterAll(async () => {
    await test.close();
    await rm(folder, { recursive: true });
  });

  const write = (count: number) =>
    test.database.pool.query(
      `INSERT INTO audit_entries (at, project_id, actor, action, entity_kind, entity_key)
       SELECT now(), '${project}', 'somebody', 'flag.update', 'flag', 'f' || n FROM generate_series(1, ${count}) AS n`,
    );

  function run(args: readonly string[], settings: Readonly<Record<string, string>> = {}) {
    const { PATH = '', HOME = '' } = process.env;
    const base = { PATH, HOME, FAUNA_DATA_DIR: folder, DATABASE_URL: test.url, FAUNA_SECRET: secret };
    return new Promise<{ code: number; output: string; errors: string }>((resolve) =>
      execFile(
        process.execPath,
        [packedProgram('manager/src/commands/verify-audit.ts'), ...args],
        { cwd: projectRoot, env: { ...base, ...settings }, timeout: 60_000 },
        (error, output, errors) => resolve({ code: Number(error?.code ?? 0), output, errors }),
      ),
    );
  }

  it('ends with 0 over a trail that is whole, and with 1 and the entry over one that is not', async () => {
    const whole = await run([]);
    expect(whole).toMatchObject({ code: 0, errors: '' });
    expect(whole.output).toContain(`ok    Deleted project ${project}: 3 entries`);
    expect(whole.output).not.toContain('postgres://');
    await forge("UPDATE audit_entries SET actor = 'x' WHERE seq = 2");
    const broken = await run([]);
    expect(broken).toMatchObject({ code: 1, errors: '' });
    expect(broken.output).toMatch(/FAIL {2}Deleted project .*: entry 2 \(id \d+\) was edited/);
    const json = await run(['--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.output)).toMatchObject({
      ok: false,
      chains: [{ chain: project, entries: 1, seq: '1', flaw: { kind: 'edited', seq: '2' } }],
    });
    const file = join(folder, 'never');
    expect((await run(['--checkpoint', file])).code).toBe(1);
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await forge("UPDATE audit_entries SET actor = 'somebody' WHERE seq = 2");
    expect((await run([])).code).toBe(0);
  });

  it('proves what a checkpoint saw, replaces it with the next one, and notices a cut that took the end along', async () => {
    const file = join(folder, 'checkpoint.json');
    expect((await run(['--checkpoint', file])).code).toBe(0);
    await write(1);
    const next = await run(['--against', file, '--checkpoint', file]);
    expect(next).toMatchObject({ code: 0, errors: '' });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ chains: [{ seq: '4' }] });
    const { rows } = await test.database.pool.query(
      'SELECT encode(hash, $1) AS hash FROM audit_entries WHERE seq = 3',
      ['hex'],
    );
    await forge(
      `DELETE FROM audit_entries WHERE seq > 3; UPDATE audit_chains SET seq = 3, hash = '\\x${rows[0].hash}'`,
    );
    expect((await run([])).code).toBe(0);
    const against = await run(['--against', file]);
    expect(against.code).toBe(1);
    expect(against.output).toContain('entry 4 and what followed it were cut off at the end');
  });

  it('signs with the signing key where there is one, so that the public key alone verifies it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const signing = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    const open = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const file = join(folder, 'signed.json');
    expect((await run(['--checkpoint', file], { FAUNA_SIGNING_KEY: signing })).code).toBe(0);
    expect(await run(['--against', file], { FAUNA_SECRET: '', FAUNA_VERIFY_KEY: open })).toMatchObject({
      code: 0,
    });
    expect(await run(['--against', file])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('FAUNA_VERIFY_KEY'),
    });
  });

  it('ends with 2 and one sentence when it cannot tell', async () => {
    await writeFile(join(folder, 'nonsense'), '{}');
    for (const [args, settings] of [
      [['--against', join(folder, 'none')], {}],
      [['--against', join(folder, 'nonsense')], {}],
      [['--checkpoint', join(folder, 'no', 'folder')], {}],
      [['--checkpoint', join(folder, 'x')], { FAUNA_SECRET: '' }],
      [['--verbose'], {}],
      [[], { DATABASE_URL: 'postgres://nobody:hidden@127.0.0.1:1/none' }],
      [[], { DATABASE_URL: 'mysql://x' }],
    ] as const) {
      const { code, errors } = await run(args, settings);
      expect(code).toBe(2);
      expect(errors).toMatch(/^(Cannot|Unknown option)/);
      expect(errors).not.toMatch(/ {4}at |hidden/);
    }
  });

  const forge = (statements: string) =>
    test.asOwner(
      `ALTER TABLE audit_entries DISABLE TRIGGER USER; ${statements}; ALTER TABLE audit_entries ENABLE TRIGGER USER`,
    );
});
