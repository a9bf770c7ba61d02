import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packedProgram } from '../../scripts/pack-programs.mjs';
import { embeddedStateOf } from '../src/platform/postgres/running-postgres.ts';
import { eventually, FaunaProcess, projectRoot } from './support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from './support/google-pay.ts';
import { Program } from './support/program.ts';

interface Line {
  readonly event: 'ready' | 'change' | 'status';
  readonly value: boolean | null;
}

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs the command as an operator does, with the settings of the Fauna that runs on the folder. */
function bumpEpoch(dataDir: string, args: readonly string[]): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [packedProgram('manager/src/commands/bump-epoch.ts'), ...args],
      { cwd: projectRoot, env: { PATH, HOME, FAUNA_DATA_DIR: dataDir }, timeout: 60_000 },
      (error, output, errors) => resolve({ code: Number(error?.code ?? 0), output, errors }),
    ),
  );
}

describe('npm run bump-epoch', () => {
  let fauna: FaunaProcess;
  let clientKey: string;
  let programs: readonly Program<Line>[] = [];
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    await fauna.start();
    const keys = await tellGooglePayStory(fauna);
    clientKey = keys.clientKey;
    programs = [
      new Program<Line>('manager/test/programs/client-app.ts', [fauna.url, clientKey]),
      new Program<Line>('manager/test/programs/server-app.ts', [fauna.url, keys.serverKey]),
    ];
    await Promise.all(programs.map((program) => program.next(({ event }) => event === 'ready')));
  });
  afterAll(async () => {
    for (const program of programs) program.end();
    await fauna.dispose();
  });

  async function asOwner<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const found = await embeddedStateOf(fauna.dataDir);
    if (found.state !== 'running') throw new Error(`The embedded Postgres is ${found.state}`);
    const client = new pg.Client({ connectionString: found.url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  const production = `SELECT e.id FROM environments e JOIN projects p ON p.id = e.project_id
    WHERE e.key = 'production' AND p.key = 'demo'`;

  /** What an SDK is told to be at. */
  async function servedPosition(): Promise<readonly number[]> {
    const response = await fetch(`${fauna.url}/connect/client`, {
      method: 'POST',
      headers: { authorization: `Bearer ${clientKey}`, 'content-type': 'application/json' },
      body: '{"context":{"key":"u"}}',
    });
    const { position } = (await response.json()) as { readonly position: string };
    return position.split('-').slice(0, 2).map(Number);
  }

  it('leads bearers and SDKs back to what the database holds, though its version is lower, while Fauna runs', async () => {
    // A backup of the environment while the flag is on.
    const backup = await asOwner(async (client) => {
      const { rows } = await client.query(
        `SELECT e.version, s.hash, s.payload FROM environments e JOIN snapshots s ON s.document_id = e.id::text
         WHERE e.id = (${production})`,
      );
      return rows[0] as { readonly version: string; readonly hash: string; readonly payload: Buffer };
    });
    for (const enabled of [false, true, false]) await toggleGooglePay(fauna, enabled);
    const seen = await Promise.all(
      programs.map(async (program) => {
        await program.next(({ value }) => value === false);
        return program.lines.length;
      }),
    );
    expect((await servedPosition())[1]).toBe(Number(backup.version) + 3);

    await asOwner(async (client) => {
      await client.query('BEGIN');
      await client.query(`UPDATE environments SET version = $1 WHERE id = (${production})`, [backup.version]);
      await client.query(
        `UPDATE flag_configurations SET enabled = true WHERE environment_id = (${production})`,
      );
      await client.query(
        `UPDATE snapshots SET version = $1, hash = $2, payload = $3 WHERE document_id = (${production})::text`,
        [backup.version, backup.hash, backup.payload],
      );
      await client.query('COMMIT');
    });
    const scope = ['--project', 'demo', '--environment', 'production'];
    const { code, output, errors } = await bumpEpoch(fauna.dataDir, scope);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const [, epoch, version] = output.match(/is at (\d+)-(\d+) now/) ?? [];
    expect(version).toBe(backup.version);

    await Promise.all(
      programs.map((program, index) =>
        program.next(({ value }) => value === true, { seen: (seen[index] ?? 0) - 1 }),
      ),
    );
    const position = await eventually(
      async () => {
        const now = await servedPosition();
        return now[0] === Number(epoch) && now;
      },
      { what: `epoch ${epoch} to be served` },
    );
    expect(position).toEqual([Number(epoch), Number(version)]);

    const audit = await fauna.api('GET', '/projects/demo/audit?limit=1');
    expect(audit.body).toMatchObject({
      items: [
        {
          actor: 'command-line',
          action: 'environment.bump-epoch',
          environment: 'production',
          after: { epoch: Number(epoch), version: Number(version) },
        },
      ],
    });
    await toggleGooglePay(fauna, false);
    await eventually(async () => (await servedPosition())[1] === Number(version) + 1);
  });

  it('says what it needs, and changes nothing', async () => {
    for (const [args, sentence] of [
      [[], /^Cannot tell what to move: say npm run bump-epoch/],
      [['--all', '--project', 'demo'], /^Cannot tell what to move/],
      [['--everything'], /--everything/],
      [
        ['--project', 'demo', '--environment', 'moon'],
        /^Cannot find environment "moon" in project "demo"\n$/,
      ],
    ] as const)
      expect(await bumpEpoch(fauna.dataDir, args)).toEqual({
        code: 1,
        output: '',
        errors: expect.stringMatching(sentence),
      });
    const empty = await mkdtemp(join(tmpdir(), 'fauna-empty-'));
    const { code, errors } = await bumpEpoch(empty, ['--all']);
    await rm(empty, { recursive: true });
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/^Cannot find a database/) });
  });

  it('moves everything, the key registry too, while Fauna is stopped, and leaves the server stopped', async () => {
    const before = (await servedPosition())[0] ?? 0;
    await fauna.end('SIGTERM');
    const { code, output } = await bumpEpoch(fauna.dataDir, ['--all']);
    expect(code).toBe(0);
    // Three environments of the story, three of the project `default`, those of the sample, and the registry.
    expect(output.match(/^Environment .* is at \d+-\d+ now$/gm)?.length).toBeGreaterThanOrEqual(6);
    expect(output).toMatch(/^The key registry is at epoch \d+ now$/m);
    expect(await embeddedStateOf(fauna.dataDir)).toEqual({ state: 'stopped' });
    await fauna.start();
    expect((await servedPosition())[0]).toBeGreaterThan(before);
  });
});
