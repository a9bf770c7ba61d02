import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOrMakeSecretFile, readSecretFile } from './secret-file.ts';
import { StartError } from './start-error.ts';

describe('readOrMakeSecretFile()', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fauna-secret-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const get = (secret: string) => readOrMakeSecretFile({ directory, name: 'token', make: () => secret });

  it('makes a secret once and keeps it where only this account can read it', async () => {
    expect(await get('first')).toBe('first');
    expect(await get('second')).toBe('first');
    expect(((await stat(join(directory, 'token'))).mode & 0o777).toString(8)).toBe('600');
    expect(await readdir(directory)).toEqual(['token']);
  });

  it('gives everybody the same one when many ask at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => get(`secret-${index}`)));
    expect(new Set(answers).size).toBe(1);
    expect(await readSecretFile({ directory, name: 'token' })).toBe(answers[0]);
    expect(await readdir(directory)).toEqual(['token']);
  });

  it('fills a file that is empty', async () => {
    await writeFile(join(directory, 'token'), '');
    expect(await get('made')).toBe('made');
    expect(await readFile(join(directory, 'token'), 'utf8')).toBe('made\n');
  });

  it('says what would help when the folder cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');
    const making = readOrMakeSecretFile({
      directory: join(directory, 'file'),
      name: 'token',
      make: () => 'x',
    });
    await expect(making).rejects.toThrow(StartError);
    await expect(making).rejects.toThrow(/^Cannot read .*set FAUNA_DATA_DIR/);
  });
});
