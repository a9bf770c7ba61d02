import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from './fetch.ts';
import { staticSite } from './static-site.ts';

const inline = 'start({ base: "" });';
let folder: string;
let site: Fetch;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fauna-site-'));
  await mkdir(join(folder, 'site', '_app', 'immutable'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(
    join(folder, 'site', '200.html'),
    `<p>shell</p><script>${inline}</script><script src="/a.js"></script>`,
  );
  await writeFile(join(folder, 'site', 'theme.js'), 'theme()');
  await writeFile(join(folder, 'site', '_app', 'immutable', 'app.js'), 'app()');
  await writeFile(join(folder, 'site', '_app', 'immutable', 'app.js.gz'), gzipSync('app()'));
  site = staticSite({ folder: join(folder, 'site'), buildWith: 'npm run build' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const page = { accept: 'text/html,application/xhtml+xml' };
const get = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  site(new Request(`http://localhost${path}`, { headers, method }), {});

describe('staticSite()', () => {
  it('answers every address that a person opens with the shell, which is asked for anew each time', async () => {
    for (const path of ['/', '/projects/demo/flags', '/projects/demo/flags/a.b', '/no/such/page']) {
      const response = await get(path, page);
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        200,
        'text/html; charset=UTF-8',
      ]);
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(await response.text()).toContain('<p>shell</p>');
    }
  });

  it('lets files with a hash in their name be kept for ever, and compressed where the build did so', async () => {
    const plain = await get('/_app/immutable/app.js');
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(await plain.text()).toBe('app()');
    const packed = await get('/_app/immutable/app.js', { 'accept-encoding': 'gzip' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('vary')).toBe('Accept-Encoding');
    expect((await get('/theme.js')).headers.get('cache-control')).toBe('no-cache');
  });

  it('S-36 runs no script but its own files and the one inline text of the shell', async () => {
    const policy = (await get('/', page)).headers.get('content-security-policy');
    const hash = createHash('sha256').update(inline).digest('base64');
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const file = await get('/theme.js');
    expect(file.headers.get('content-security-policy')).toBe(policy);
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('answers 404 to a program that asks for what is not there', async () => {
    const response = await get('/_app/immutable/gone.js', { accept: '*/*' });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json',
    ]);
  });

  it('answers the pages that programs look for whatever they accept, and nothing below them that is a file', async () => {
    const open = staticSite({
      folder: join(folder, 'site'),
      buildWith: '',
      isForPrograms: (path) => path.startsWith('/api/docs'),
    });
    const status = async (path: string) =>
      (await open(new Request(`http://localhost${path}`, { headers: { accept: '*/*' } }), {})).status;
    expect([await status('/api/docs'), await status('/projects')]).toEqual([200, 404]);
    expect(await status('/api/docs/immutable/gone.js')).toBe(404);
  });

  it('lets nothing but the file itself be kept under the name of a file, whoever asks', async () => {
    const response = await get('/_app/immutable/gone.js', page);
    expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'no-cache']);
  });

  it('S-36 keeps an installation under https there', async () => {
    const secure = staticSite({
      folder: join(folder, 'site'),
      buildWith: '',
      url: 'https://flags.example.com',
    });
    for (const path of ['/', '/theme.js']) {
      const response = await secure(new Request(`http://localhost${path}`), {});
      expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
    }
    expect((await get('/', page)).headers.has('strict-transport-security')).toBe(false);
  });

  it('never leaves its folder', async () => {
    for (const path of ['/..%2fsecret.txt', '/%2e%2e/secret.txt', '/..%5csecret.txt', '//../secret.txt']) {
      const response = await get(path);
      expect([path, response.status]).toEqual([path, 404]);
    }
  });

  it('answers 405 to any method but GET and HEAD', async () => {
    expect((await get('/', page, 'HEAD')).status).toBe(200);
    const response = await get('/', page, 'POST');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('serves the shell of the newest build, and the last one while there is none', async () => {
    const shell = join(folder, 'site', '200.html');
    const before = await readFile(shell, 'utf8');
    await rm(shell);
    expect(await (await get('/', page)).text()).toBe(before);
    await writeFile(shell, '<p>built again</p><script>other()</script>');
    await utimes(shell, new Date(), new Date(Date.now() + 5_000));
    const again = await get('/', page);
    expect(await again.text()).toContain('built again');
    const hash = createHash('sha256').update('other()').digest('base64');
    expect(again.headers.get('content-security-policy')).toContain(hash);
  });

  it('says what builds it while it has not been built', async () => {
    const nothing = staticSite({ folder: join(folder, 'nothing'), buildWith: 'npm run build' });
    const response = await nothing(new Request('http://localhost/'), {});
    expect(await response.text()).toContain('run "npm run build"');
  });
});
