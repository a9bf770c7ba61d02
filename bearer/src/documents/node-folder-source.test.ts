import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeClock } from '../entry/node-clock.ts';
import { keySourceContract } from '../keys/key-source.contract.ts';
import { keysAmong } from '../keys/keys-among.ts';
import { rulesetSourceContract } from '../rulesets/ruleset-source.contract.ts';
import { snapshotOf } from '../testing/documents.ts';
import { NodeDiskCopies } from './node-disk-copies.ts';
import { NodeFolderSource } from './node-folder-source.ts';

const folders: string[] = [];
const sources: NodeFolderSource[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder that another bearer keeps its copies in, and a source that reads it. */
async function fed() {
  const folder = await mkdtemp(join(tmpdir(), 'fauna-source-'));
  folders.push(folder);
  const source = new NodeFolderSource({ folder, clock: nodeClock, pollMs: 20 });
  sources.push(source);
  const copies = new NodeDiskCopies(folder);
  return { folder, source, put: (id: string, snapshot: Snapshot) => copies.save(id, snapshot) };
}

rulesetSourceContract('NodeFolderSource', fed);

keySourceContract('NodeFolderSource, asked for keys,', async () => {
  const { source, put } = await fed();
  return {
    source: keysAmong(source),
    put: (snapshot) => put(keyRegistryDocument, snapshot),
    putOther: (snapshot) => put('environment-a', snapshot),
  };
});

describe('NodeFolderSource', () => {
  it('says that there is no such folder, and reads it once there is', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'fauna-source-'));
    folders.push(parent);
    const folder = join(parent, 'not yet');
    const source = new NodeFolderSource({ folder, clock: nodeClock, pollMs: 20 });
    sources.push(source);
    let hints = 0;
    source.watch('a', () => {
      hints += 1;
    });
    await expect(source.read('a')).rejects.toThrow(`Cannot read the folder ${folder}: there is none`);
    await new NodeDiskCopies(folder).save('a', snapshotOf({ a: 1 }));
    await expect.poll(() => hints).toBeGreaterThan(0);
    expect((await source.read('a'))?.version).toBe(1);
  });

  it('reads the file before the newest while that one is damaged', async () => {
    const { folder, source, put } = await fed();
    for (const version of [1, 2]) await put('a', snapshotOf({ version }, { version }));
    const newest = (await readdir(folder)).find((name) => name.includes('-2-')) ?? '';
    await truncate(join(folder, newest), 10);
    expect((await source.read('a'))?.version).toBe(1);
  });

  it('looks no more into the folder when nobody watches', async () => {
    let timers = 0;
    const clock = {
      ...nodeClock,
      after(delayMs: number, run: () => void) {
        timers += 1;
        return nodeClock.after(delayMs, run);
      },
    };
    const { folder } = await fed();
    const source = new NodeFolderSource({ folder, clock, pollMs: 5 });
    sources.push(source);
    const end = source.watch('a', () => {});
    await expect.poll(() => timers).toBeGreaterThan(3);
    end();
    const before = timers;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(timers).toBeLessThanOrEqual(before + 1);
  });
});
