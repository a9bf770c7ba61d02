import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildPages } from './build-pages.mjs';

const page = { name: 'site', folder: 'site', result: 'site/build/200.html', madeOf: ['site', 'lock.json'] };

// Stands where Vite stands; a build is counted, and fails when the source says so.
const builder = `
const { readFileSync, mkdirSync, writeFileSync, appendFileSync } = require('node:fs');
const source = readFileSync('src/page.html', 'utf8');
if (source === 'broken') { console.error('page.html is broken'); process.exit(1); }
setTimeout(() => {
  appendFileSync('../builds.txt', process.env.NODE_ENV + '\\n');
  mkdirSync('build', { recursive: true });
  writeFileSync('build/200.html', source);
}, 50);
`;

describe('buildPages()', () => {
  let root;
  let said;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'fauna-build-'));
    said = [];
    mkdirSync(join(root, 'node_modules', 'vite', 'bin'), { recursive: true });
    mkdirSync(join(root, 'site', 'src'), { recursive: true });
    writeFileSync(join(root, 'node_modules', 'vite', 'bin', 'vite.js'), builder);
    writeFileSync(join(root, 'site', 'src', 'page.html'), 'first');
    writeFileSync(join(root, 'lock.json'), '{}');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const bring = () => buildPages({ root, say: (line) => said.push(line), of: [page] });
  const builds = () =>
    existsSync(join(root, 'builds.txt')) ? readFileSync(join(root, 'builds.txt'), 'utf8') : '';
  const built = () => readFileSync(join(root, page.result), 'utf8');

  it('builds for production what was never built, and says so', async () => {
    expect(await bring()).toEqual({});
    expect([built(), builds(), said]).toEqual(['first', 'production\n', ['Building the site …']]);
  });

  it('builds nothing again while nothing has changed, tests and documents apart', async () => {
    await bring();
    appendFileSync(join(root, 'site', 'src', 'page.test.ts'), 'a test');
    appendFileSync(join(root, 'site', 'README.md'), 'words');
    expect(await bring()).toEqual({});
    expect([builds(), said.length]).toEqual(['production\n', 1]);
  });

  it('builds again when a source has changed, or the result is gone', async () => {
    await bring();
    writeFileSync(join(root, 'site', 'src', 'page.html'), 'second');
    await bring();
    expect(built()).toBe('second');
    rmSync(join(root, 'site', 'build'), { recursive: true });
    await bring();
    expect([built(), builds().length]).toEqual(['second', 3 * 'production\n'.length]);
  });

  it('hands on what the builder said when it fails, and tries again the next time', async () => {
    writeFileSync(join(root, 'site', 'src', 'page.html'), 'broken');
    const { problem } = await bring();
    expect(problem).toMatch(/^Cannot build the site: vite ended with 1\n.*page.html is broken/);
    writeFileSync(join(root, 'site', 'src', 'page.html'), 'mended');
    expect(await bring()).toEqual({});
    expect(built()).toBe('mended');
  });

  it('builds once when two ask at the same time, also after a builder was killed', async () => {
    writeFileSync(join(root, 'node_modules', '.fauna-building'), '999999999');
    expect(await Promise.all([bring(), bring()])).toEqual([{}, {}]);
    expect(builds()).toBe('production\n');
  });
});
