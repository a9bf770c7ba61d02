import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { keyRegistryDocument } from '@fauna-flags/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { packedProgram } from '../../scripts/pack-programs.mjs';
import { NodeDiskCopies } from '../src/documents/node-disk-copies.ts';
import {
  clientKey,
  environmentId,
  registryOf,
  rulesetSnapshot,
  snapshotOf,
} from '../src/testing/documents.ts';
import { FrameReader } from '../src/testing/frame-reader.ts';
import { BearerProcess, projectRoot } from './support/bearer-process.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A bearer of two workers that reads a folder, with one flag that is on. */
async function cluster(environment: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'fauna-cluster-'));
  endings.push(() => rm(folder, { recursive: true, force: true }));
  const source = new NodeDiskCopies(join(folder, 'source'));
  await source.save(keyRegistryDocument, snapshotOf(registryOf()));
  await source.save(environmentId, rulesetSnapshot(ruleset(flag('pay').on())));
  const bearer = new BearerProcess([process.execPath, program()], {
    FAUNA_SOURCE_DIR: join(folder, 'source'),
    FAUNA_DATA_DIR: join(folder, 'data'),
    FAUNA_WORKERS: '2',
    LOG_LEVEL: 'warn',
    ...environment,
  });
  endings.push(() => bearer.end('SIGKILL'));
  await bearer.start();
  return { bearer, source };
}

/** The processes that a process has started, those that run our program. */
async function workersOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = children.trim().split(' ').filter(Boolean).map(Number);
  const commands = await Promise.all(pids.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8')));
  return pids.filter((_, at) => commands[at]?.includes('node-main.mjs'));
}

const program = () => packedProgram('bearer/src/entry/node-main.ts');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function streamOf(bearer: BearerProcess): Promise<FrameReader> {
  const response = await fetch(`${bearer.url}/stream/client`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clientKey}` },
    body: '{"context":{"key":"u1"}}',
  });
  expect(response.status).toBe(200);
  return new FrameReader(response.body);
}

describe.runIf(process.platform === 'linux')('a bearer of several workers', { timeout: 120_000 }, () => {
  it('spreads streams over them, and a change reaches all', async () => {
    const { bearer, source } = await cluster();
    expect(await workersOf(bearer.pid)).toHaveLength(2);
    expect(bearer.output.match(/is listening on/g)).toHaveLength(1);
    const readers: FrameReader[] = [];
    for (let place = 0; place < 6; place += 1) readers.push(await streamOf(bearer));
    for (const reader of readers) expect(await reader.next()).toMatchObject({ event: 'put' });
    await source.save(environmentId, rulesetSnapshot(ruleset(flag('pay'), { version: 2 })));
    for (const reader of readers) expect(await reader.next()).toMatchObject({ event: 'patch' });
    expect(await bearer.end('SIGTERM')).toBe(0);
    for (const reader of readers) expect(await reader.next()).toMatchObject({ event: 'goodbye' });
  });

  it('starts a worker again that dies, and the other keeps its streams', async () => {
    const { bearer } = await cluster();
    const [first = 0, second = 0] = await workersOf(bearer.pid);
    const readers: FrameReader[] = [];
    for (let place = 0; place < 6; place += 1) readers.push(await streamOf(bearer));
    for (const reader of readers) expect(await reader.next()).toMatchObject({ event: 'put' });
    process.kill(first, 'SIGKILL');
    await expect
      .poll(async () => (await workersOf(bearer.pid)).filter((pid) => pid !== first).length, {
        timeout: 20_000,
      })
      .toBe(2);
    expect(isAlive(second)).toBe(true);
    expect(bearer.output).toContain('is started again');
    expect((await fetch(`${bearer.url}/healthz`)).status).toBe(200);
    expect(await bearer.end('SIGTERM')).toBe(0);
    // Those of the other worker heard its goodbye; those of the dead one ended without a word.
    const endings = await Promise.all(readers.map(async (reader) => (await reader.next())?.event));
    expect(endings.filter((event) => event === 'goodbye').length).toBeGreaterThan(0);
  });

  it('leaves no worker behind, also when the primary is killed', async () => {
    const { bearer } = await cluster();
    const workers = await workersOf(bearer.pid);
    expect(workers).toHaveLength(2);
    await bearer.end('SIGKILL');
    await expect.poll(() => workers.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });

  it('is scraped as one, whichever worker answers', async () => {
    const { bearer } = await cluster({ FAUNA_METRICS_TOKEN: 'a-token-that-is-long-enough-to-be-one-0123' });
    const readers = [await streamOf(bearer), await streamOf(bearer), await streamOf(bearer)];
    for (const reader of readers) expect(await reader.next()).toMatchObject({ event: 'put' });
    const scrape = async () => {
      const headers = { authorization: 'Bearer a-token-that-is-long-enough-to-be-one-0123' };
      const text = await (await fetch(`${bearer.url}/metrics`, { headers })).text();
      const value = (name: string) =>
        Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
      return ['fauna_streams', 'fauna_streams_opened_total', 'fauna_ready', 'fauna_document_version'].map(
        value,
      );
    };
    for (let round = 0; round < 4; round += 1)
      await expect.poll(scrape, { timeout: 20_000 }).toEqual([3, 3, 1, 1]);
    for (const reader of readers) await reader.leave();
  });

  it('says once why it cannot start, and ends', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    endings.push(async () => taken.close());
    const { port } = taken.address() as { port: number };
    const folder = await mkdtemp(join(tmpdir(), 'fauna-cluster-'));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    const child = spawn(process.execPath, [program()], {
      cwd: projectRoot,
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        FAUNA_SOURCE_DIR: folder,
        FAUNA_DATA_DIR: folder,
        FAUNA_WORKERS: '2',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (piece) => {
      output += piece;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, output]).toEqual([
      1,
      `Cannot listen on 127.0.0.1:${port}: the port is in use. Stop what uses it, or set PORT to a free one\n`,
    ]);
  });
});
