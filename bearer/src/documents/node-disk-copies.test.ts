import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '@fauna-flags/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { snapshotOf } from '../testing/documents.ts';
import { NodeDiskCopies } from './node-disk-copies.ts';
import { snapshotCopiesContract } from './snapshot-copies.contract.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true, force: true });
  }
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fauna-copies-'));
  folders.push(folder);
  return folder;
}

snapshotCopiesContract('NodeDiskCopies', async () => {
  const folder = join(await newFolder(), 'made', 'when needed');
  return { open: async () => new NodeDiskCopies(folder) };
});

const at = (version: number): Snapshot => snapshotOf({ version }, { version, epoch: 100 });
const versions = (loaded: ReadonlyMap<string, readonly Snapshot[]>, documentId: string) =>
  loaded.get(documentId)?.map(({ version }) => version);

async function filled(count = 3) {
  const folder = await newFolder();
  const copies = new NodeDiskCopies(folder);
  for (let version = 1; version <= count; version += 1) await copies.save('doc', at(version));
  const file = (version: number) =>
    join(folder, `doc.100-${version}-${at(version).hash.slice(0, 8)}.snapshot`);
  return { folder, copies, file };
}

describe('NodeDiskCopies', () => {
  it('writes files that only its account can read, in a folder that only its account can enter', async () => {
    const folder = join(await newFolder(), 'bearer');
    const copies = new NodeDiskCopies(folder);
    await copies.save('doc', at(1));
    const { epoch, version, hash } = at(1);
    await copies.beginApplying('doc', { position: { epoch, version, hash }, attempt: 1, beganAtMs: 0 });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder))
      expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600]);
  });

  it('leaves two files of a document, whose second line is what was stored', async () => {
    const { folder, file } = await filled(5);
    expect((await readdir(folder)).sort()).toEqual(
      [file(4), file(5)].map((path) => path.slice(folder.length + 1)).sort(),
    );
    const [head, ...rest] = (await readFile(file(5), 'utf8')).split('\n');
    expect(JSON.parse(head ?? '')).toEqual({
      fauna: 'snapshot-1',
      document: 'doc',
      epoch: 100,
      version: 5,
      hash: at(5).hash,
    });
    expect(rest).toEqual(['{"version":5}']);
  });

  it('takes the copy before the newest when the newest is cut, empty, changed, or of another document', async () => {
    for (const damage of [
      async (path: string) => truncate(path, (await stat(path)).size - 1),
      async (path: string) => truncate(path, 0),
      async (path: string) => truncate(path, 40),
      async (path: string) =>
        writeFile(path, (await readFile(path, 'utf8')).replace('"version":3}', '"version":4}')),
      async (path: string) =>
        writeFile(path, (await readFile(path, 'utf8')).replace('"document":"doc"', '"document":"dog"')),
      async (path: string) => writeFile(path, Buffer.alloc(100_000, 0x7b)),
      async (path: string) => {
        await rm(path);
        await mkdir(path);
      },
    ]) {
      const { folder, file } = await filled();
      await damage(file(3));
      expect(versions(await new NodeDiskCopies(folder).load(), 'doc')).toEqual([2]);
    }
  });

  it('sees nothing but its own files, and leaves those of others alone', async () => {
    const { folder } = await filled(1);
    const foreign = [
      'notes.txt',
      'doc.snapshot',
      'DOC.100-9-00000000.snapshot',
      '..100-9-00000000.snapshot',
      'doc.100-9-00000000.snapshot.bak',
      'doc.applying.bak',
    ];
    for (const name of foreign) await writeFile(join(folder, name), 'not ours');
    const copies = new NodeDiskCopies(folder);
    expect(versions(await copies.load(), 'doc')).toEqual([1]);
    expect(await copies.interrupted()).toEqual(new Map());
    await copies.remove('doc');
    expect((await readdir(folder)).sort()).toEqual(foreign.sort());
  });

  it('names no file after an id that leads elsewhere', async () => {
    const folder = await newFolder();
    const copies = new NodeDiskCopies(join(folder, 'in'));
    const { epoch, version, hash } = at(1);
    const attempt = { position: { epoch, version, hash }, attempt: 1, beganAtMs: 0 };
    for (const id of [
      '',
      '.',
      '..',
      '../out',
      '/tmp/out',
      'a/b',
      'a\\b',
      'a\u0000',
      'A',
      'con.x',
      'a'.repeat(65),
    ]) {
      await expect(copies.save(id, at(1))).rejects.toThrow('its id is none');
      await expect(copies.beginApplying(id, attempt)).rejects.toThrow('its id is none');
      await expect(copies.remove(id)).rejects.toThrow('its id is none');
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('cleans up what died half written, and never takes it for a copy', async () => {
    const { folder, file } = await filled(1);
    await writeFile(`${file(2)}.${process.pid}.tmp`, (await readFile(file(1))).subarray(0, 50));
    expect(versions(await new NodeDiskCopies(folder).load(), 'doc')).toEqual([1]);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('takes no note for that of a dead process which a living one has written', async () => {
    const { folder, copies } = await filled(1);
    const note = (processId: number, host = hostname()) =>
      writeFile(
        join(folder, 'doc.applying'),
        JSON.stringify({ position: `100-2-${at(2).hash}`, attempt: 1, beganAtMs: 5, processId, host }),
      );
    await note(process.ppid);
    expect((await copies.interrupted()).size).toBe(0);
    await note(process.pid, 'another container');
    expect((await copies.interrupted()).size).toBe(0);
    await note(process.pid);
    expect((await copies.interrupted()).size).toBe(1);
    await writeFile(join(folder, 'doc.applying'), '{"position":"100-');
    expect((await copies.interrupted()).size).toBe(0);
  });

  it('makes its folder again when somebody has taken it away', async () => {
    const { folder, copies } = await filled(1);
    const { epoch, version, hash } = at(2);
    const attempt = { position: { epoch, version, hash }, attempt: 1, beganAtMs: 0 };
    await copies.beginApplying('doc', attempt);
    await rm(folder, { recursive: true });
    await expect(copies.beginApplying('doc', attempt)).rejects.toThrow();
    await copies.beginApplying('doc', attempt);
    await copies.save('doc', at(2));
    expect(versions(await copies.load(), 'doc')).toEqual([2]);
  });

  it('rejects where it cannot write, and gives what it can read', async () => {
    const { folder } = await filled(2);
    // What the super-user may not do either: make a folder inside a file.
    const blocked = new NodeDiskCopies(join(folder, `doc.100-2-${at(2).hash.slice(0, 8)}.snapshot`));
    await expect(blocked.save('doc', at(3))).rejects.toThrow();
    await expect(blocked.load()).rejects.toThrow();
    await chmod(folder, 0o500);
    expect(versions(await new NodeDiskCopies(folder).load(), 'doc')).toEqual([2, 1]);
  });
});
