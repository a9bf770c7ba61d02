import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBuiltFiles } from './built-files.ts';

describe('createBuiltFiles()', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fauna-checkout-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function build(name: string) {
    await mkdir(join(directory, '.vite'), { recursive: true });
    await mkdir(join(directory, 'assets'), { recursive: true });
    await writeFile(join(directory, 'secret.js'), 'secret');
    await writeFile(join(directory, 'assets', `${name}.js`), `/* ${name} */`);
    const entry = { file: `assets/${name}.js`, css: [`assets/${name}.css`], isEntry: true };
    await writeFile(join(directory, '.vite', 'manifest.json'), JSON.stringify({ 'src/web/main.tsx': entry }));
  }

  it('has no entry before the first build, and the new one after each', async () => {
    const files = createBuiltFiles(directory);
    expect(await files.entry()).toBeUndefined();
    await build('main-1');
    expect(await files.entry()).toEqual({ script: 'assets/main-1.js', styles: ['assets/main-1.css'] });
    await build('main-2');
    expect((await files.entry())?.script).toBe('assets/main-2.js');
  });

  it('gives a file for ever, since its name changes with its content', async () => {
    await build('main-1');
    const answer = await createBuiltFiles(directory).read('main-1.js');
    expect(await answer.text()).toBe('/* main-1 */');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('knows no file outside of its folder, and none of another kind', async () => {
    await build('main-1');
    const files = createBuiltFiles(directory);
    for (const name of [
      '../secret.js',
      '..%2fsecret.js',
      'absent.js',
      'main-1.css.map',
      '',
      '.js',
      'main-1.js\0',
    ])
      expect([name, (await files.read(name)).status]).toEqual([name, 404]);
  });
});
