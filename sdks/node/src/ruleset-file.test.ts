import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRulesetFile } from './ruleset-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fauna-node-'));
});
afterEach(() => rm(folder, { recursive: true }));

const fail = (error: unknown) => {
  throw error;
};

describe('createRulesetFile()', () => {
  it('reads what was written for the same key, and nothing for another one', async () => {
    const path = join(folder, 'ruleset.json');
    const file = createRulesetFile(path, 'k1', fail);
    expect(file.read()).toBeUndefined();
    file.write({ position: '1-1-aaaaaaaa', ruleset: { schema: 1 } });
    await file.idle();
    expect(file.read()).toEqual({ position: '1-1-aaaaaaaa', ruleset: { schema: 1 } });
    expect(createRulesetFile(path, 'k2', fail).read()).toBeUndefined();
    expect(await readFile(path, 'utf8')).not.toContain('k1');
  });

  it('is readable by its owner alone, and leaves nothing beside it', async () => {
    const path = join(folder, 'ruleset.json');
    await writeFile(path, 'old', { mode: 0o644 });
    const file = createRulesetFile(path, 'k1', fail);
    for (let version = 1; version <= 20; version += 1)
      file.write({ position: `1-${version}-aaaaaaaa`, ruleset: {} });
    await file.idle();
    expect([(await stat(path)).mode & 0o777, await readdir(folder)]).toEqual([0o600, ['ruleset.json']]);
    expect(file.read()?.position).toBe('1-20-aaaaaaaa');
  });

  it('reports a path that cannot be written, and goes on', async () => {
    const errors: unknown[] = [];
    const file = createRulesetFile(join(folder, 'no', 'such', 'folder'), 'k1', (error) => errors.push(error));
    file.write({ position: '1-1-aaaaaaaa', ruleset: {} });
    await file.idle();
    file.write({ position: '1-2-aaaaaaaa', ruleset: {} });
    await file.idle();
    expect(errors).toMatchObject([{ code: 'ENOENT' }, { code: 'ENOENT' }]);
  });

  it.each(['', '{', 'null', '[]', '{"keyDigest":1}'])('takes %j for no file', async (text) => {
    const path = join(folder, 'ruleset.json');
    await writeFile(path, text);
    expect(createRulesetFile(path, 'k1', fail).read()).toBeUndefined();
  });
});
