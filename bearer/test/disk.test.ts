import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { keyRegistryDocument } from '@fauna-flags/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { packedProgram } from '../../scripts/pack-programs.mjs';
import { NodeDiskCopies } from '../src/documents/node-disk-copies.ts';
import type { BearerStatus } from '../src/status.ts';
import { valueIn } from '../src/testing/answers.ts';
import {
  clientKey,
  environmentId,
  registryOf,
  rulesetSnapshot,
  snapshotOf,
} from '../src/testing/documents.ts';
import { BearerProcess } from './support/bearer-process.ts';
import { endWithUs } from './support/end-with-us.ts';
import { largeSnapshot } from './support/large-snapshot.ts';

const folders: string[] = [];
const bearers: BearerProcess[] = [];
afterEach(async () => {
  for (const bearer of bearers.splice(0)) await bearer.end('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fauna-disk-'));
  folders.push(folder);
  return folder;
}

/** A program in a process of its own, and what it has printed so far. */
class Program {
  output = '';
  readonly child;

  constructor(file: string, ...args: string[]) {
    this.child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    endWithUs(this.child);
    this.child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Resolves at its end to the signal that has ended it, if one did. */
  async end(): Promise<string | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.signalCode;
  }
}

describe('copies on a real disk', () => {
  it('are whole after fifty deaths in the middle of writing, and never older than what was said to be safe', async () => {
    const program = packedProgram('bearer/test/programs/save-copies.ts');
    const folder = await newFolder();
    let halves = 0;
    let newest = 0;
    for (let death = 0; death < 50; death += 1) {
      // Each goes on where the one before it died.
      const saving = new Program(program, folder, String(newest + 1));
      while (saving.output === '') await once(saving.child.stdout, 'data');
      // At any moment of the write that is under way, or of the next ones.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
      saving.child.kill('SIGKILL');
      expect(await saving.end()).toBe('SIGKILL');
      const safe = Number(saving.output.slice(0, saving.output.lastIndexOf('\n')).split('\n').at(-1));
      if ((await readdir(folder)).some((name) => name.endsWith('.tmp'))) halves += 1;
      const copies = (await new NodeDiskCopies(folder).load()).get('doc') ?? [];
      newest = copies[0]?.version ?? 0;
      expect(newest).toBeGreaterThanOrEqual(safe);
      expect(copies[0]?.hash).toBe(largeSnapshot(newest).hash);
      expect(copies[1]?.version).toBe(newest === 1 ? undefined : newest - 1);
    }
    // Otherwise nothing was shown: some of the deaths must have left half of a file behind.
    expect(halves).toBeGreaterThan(5);
  }, 180_000);

  it('keep a process from dying a second time of what has killed the one before', async () => {
    const [source, data] = [await newFolder(), await newFolder()];
    const put = (version: number, content: object) =>
      new NodeDiskCopies(source).save('doc', snapshotOf(content, { epoch: 100, version }));
    const program = packedProgram('bearer/test/programs/die-applying.ts');
    const outcome = async () => {
      const following = new Program(program, source, data);
      return (await following.end()) ?? JSON.parse(following.output);
    };
    await put(1, { version: 1 });
    expect(await outcome()).toMatchObject({ serves: { version: 1 }, source: 'live', rejected: null });
    await put(2, { poison: true });
    expect(await outcome()).toBe('SIGKILL');
    for (let restart = 0; restart < 2; restart += 1)
      expect(await outcome()).toMatchObject({
        serves: { version: 1 },
        rejected: expect.stringMatching(/^100-2-/),
      });
    await put(3, { version: 3 });
    expect(await outcome()).toMatchObject({ serves: { version: 3 }, rejected: null });
    expect((await readdir(data)).filter((name) => name.endsWith('.applying'))).toEqual([]);
  }, 60_000);
});

describe('a bearer in a process of its own', { timeout: 90_000 }, () => {
  const keys = snapshotOf(registryOf());
  const pay = (version: number) =>
    rulesetSnapshot(ruleset(version % 2 === 0 ? flag('pay') : flag('pay').on(), { version }));

  async function start(environment: Record<string, string>) {
    const bearer = new BearerProcess([process.execPath, packedProgram('bearer/src/entry/node-main.ts')], {
      LOG_LEVEL: 'info',
      ...environment,
    });
    bearers.push(bearer);
    await bearer.start();
    const post = () =>
      fetch(`${bearer.url}/connect/client`, {
        method: 'POST',
        headers: { authorization: `Bearer ${clientKey}` },
        body: '{"context":{"key":"u1"}}',
      });
    const readiness = async () => {
      const response = await fetch(`${bearer.url}/readyz`);
      const body: BearerStatus = JSON.parse(await response.text());
      return { status: response.status, ...body };
    };
    return { bearer, post, readiness };
  }

  /** A port that takes connections, and says nothing. */
  async function silentPort() {
    const taken = new Set<Socket>();
    const server = createServer((socket) => taken.add(socket.on('error', () => {})));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return {
      port: typeof address === 'object' ? address?.port : 0,
      close: () => {
        server.close();
        for (const socket of taken) socket.destroy();
      },
    };
  }

  it('serves from its copies with the first request, while the store takes connections and says nothing', async () => {
    const dataDir = await newFolder();
    const copies = new NodeDiskCopies(join(dataDir, 'bearer'));
    await copies.save(keyRegistryDocument, keys);
    await copies.save(environmentId, pay(1));
    const { port, close } = await silentPort();
    const { post, readiness } = await start({
      REDIS_URL: `redis://127.0.0.1:${port}`,
      FAUNA_DATA_DIR: dataDir,
    });
    const answer = await post();
    expect([answer.status, await valueIn(answer, 'pay')]).toEqual([200, true]);
    expect(await readiness()).toMatchObject({
      status: 200,
      ready: true,
      keys: { source: 'stale', staleSeconds: null },
      environments: [{ id: environmentId, source: 'stale', position: expect.stringMatching(/-1-/) }],
    });
    close();
  });

  it('reads a folder that another bearer has filled, follows it, and keeps nothing where it cannot write', async () => {
    const source = await newFolder();
    const fed = new NodeDiskCopies(source);
    await fed.save(keyRegistryDocument, keys);
    await fed.save(environmentId, pay(1));
    // Not even the super-user can make a folder in a file.
    const blocked = join(await newFolder(), 'a file');
    await writeFile(blocked, '');
    const { bearer, post, readiness } = await start({ FAUNA_SOURCE_DIR: source, FAUNA_DATA_DIR: blocked });
    await expect.poll(async () => (await readiness()).status, { timeout: 5_000 }).toBe(200);
    expect(await valueIn(await post(), 'pay')).toBe(true);
    for (const version of [2, 3]) {
      await fed.save(environmentId, pay(version));
      await expect.poll(async () => valueIn(await post(), 'pay'), { timeout: 5_000 }).toBe(version % 2 === 1);
    }
    expect((await readiness()).copyFailures).toBeGreaterThan(2);
    expect(bearer.output.match(/Cannot keep copies of documents/g)).toHaveLength(1);
    expect(await bearer.end('SIGTERM')).toBe(0);
  });

  it('keeps what it serves, for its account alone, and forgets environments that no key leads to', async () => {
    const [source, dataDir] = [await newFolder(), join(await newFolder(), 'data')];
    const left = join(dataDir, 'bearer');
    await mkdir(left, { recursive: true });
    await new NodeDiskCopies(left).save('11111111-1111-4111-8111-111111111111', pay(1));
    const fed = new NodeDiskCopies(source);
    await fed.save(keyRegistryDocument, keys);
    await fed.save(environmentId, pay(1));
    const { bearer, readiness } = await start({ FAUNA_SOURCE_DIR: source, FAUNA_DATA_DIR: dataDir });
    await expect.poll(async () => (await readiness()).status, { timeout: 5_000 }).toBe(200);
    await expect
      .poll(async () => (await readdir(left)).map((name) => name.split('.')[0]).sort(), { timeout: 5_000 })
      .toEqual([environmentId, keyRegistryDocument].sort());
    expect(await bearer.end('SIGTERM')).toBe(0);
  });
});
