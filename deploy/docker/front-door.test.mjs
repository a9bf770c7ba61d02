import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { bearerPrefixes } from '@fauna-flags/bearer';
import { problemBodySchema } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const caddyfile = readFileSync(new URL('Caddyfile', import.meta.url), 'utf8');

describe('the front door', () => {
  it('sends to bearers what is theirs, and everything else to managers', () => {
    const [, matcher] = /@sdks path (.*)/.exec(caddyfile) ?? [];
    expect(matcher?.split(' ')).toEqual(bearerPrefixes.flatMap((prefix) => [prefix, `${prefix}/*`]));
    const handled = [...caddyfile.matchAll(/^\thandle ?(\S*) \{\n\t\treverse_proxy \{\$(\w+):/gm)];
    expect(handled.map(([, paths, upstream]) => [paths, upstream])).toEqual([
      ['@sdks', 'FAUNA_BEARER'],
      ['', 'FAUNA_MANAGER'],
    ]);
  });

  it('buffers nothing', () => {
    expect(caddyfile.match(/flush_interval -1/g)).toHaveLength(2);
    expect(caddyfile).not.toContain('encode');
  });
});

const caddy = findCaddy();

describe.skipIf(caddy === undefined).each([
  { name: 'with nobody in front', settings: {} },
  { name: 'behind a load balancer', settings: { TRUSTED_PROXIES: '127.0.0.1/32 10.0.0.0/8' } },
])('the front door $name, run by a Caddy of this machine', ({ settings }) => {
  const folder = mkdtempSync(join(tmpdir(), 'fauna-front-door-'));
  const upstreams = [];
  let child;
  let url;
  let log = '';
  beforeAll(async () => {
    const [bearer, manager] = [await upstream('bearer'), await upstream('manager')];
    const [http, https, health] = [await freePort(), await freePort(), await freePort()];
    const file = join(folder, 'Caddyfile');
    const moved = caddyfile
      .replaceAll('8080', http)
      .replace('8443', https)
      .replace(':2020', `:${health}`)
      .replace('admin off', 'admin off\n\tdebug'); // So that it says of each request what it may ever say.
    writeFileSync(file, moved);
    child = spawn(caddy, ['run', '--adapter', 'caddyfile', '--config', file], {
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        FAUNA_BEARER: bearer,
        FAUNA_MANAGER: manager,
        ...settings,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (chunk) => (log += chunk));
    url = `http://127.0.0.1:${http}`;
    const isUp = () =>
      fetch(`http://127.0.0.1:${health}/`).then(
        ({ ok }) => ok,
        () => false,
      );
    await vi.waitUntil(isUp, { timeout: 10_000, interval: 50 });
  });
  afterAll(() => {
    child?.kill('SIGKILL');
    for (const server of upstreams) server.close();
    rmSync(folder, { recursive: true });
  });

  /** A server that answers its name; below `/stream` it says the first word at once and the second when asked to. */
  async function upstream(name) {
    const server = createServer((request, response) => {
      response.setHeader('x-answered-by', name);
      response.setHeader('x-asked-for', request.headers.host ?? '');
      response.setHeader('x-asked-by', request.headers['x-forwarded-for'] ?? '');
      if (!request.url?.includes('stream')) return response.end();
      response.setHeader('content-type', 'text/event-stream');
      response.write('event: put\ndata: {}\n\n');
      request
        .resume()
        .on('end', () => server.once('second word', () => response.end('event: hb\ndata: {}\n\n')));
    });
    upstreams.push(server);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${server.address().port}`;
  }

  const answeredBy = async (path, init) => {
    const answer = await fetch(url + path, init);
    await answer.body?.cancel();
    return answer.headers.get('x-answered-by');
  };

  it('knows the paths of bearers from those that only begin alike', async () => {
    for (const prefix of bearerPrefixes) {
      expect(await answeredBy(prefix)).toBe('bearer');
      expect(await answeredBy(`${prefix}/deeper/still?a=b`)).toBe('bearer');
      expect(await answeredBy(`/${prefix}/client`)).toBe('bearer'); // Two slashes, as careless clients send.
      expect(await answeredBy(`${prefix}ion`)).toBe('manager');
    }
    for (const path of ['/', '/api/v1/projects', '/api/bearer/v1/stream', '/projects/stream', '/readyz'])
      expect(await answeredBy(path), path).toBe('manager');
  });

  it('keeps the name that browsers asked for, by which the manager knows its own pages', async () => {
    const answer = await fetch(`${url}/`);
    expect(answer.headers.get('x-asked-for')).toBe(new URL(url).host);
  });

  it('believes nobody but a load balancer about who asks', async () => {
    const answer = await fetch(`${url}/`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    const known = settings.TRUSTED_PROXIES === undefined ? '127.0.0.1' : '203.0.113.9, 127.0.0.1';
    expect(answer.headers.get('x-asked-by')).toBe(known);
  });

  it('passes the first frame of a stream on before there is a second', async () => {
    const answer = await fetch(`${url}/stream/client`, { method: 'POST', body: '{}' });
    const reader = answer.body.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe('event: put\ndata: {}\n\n');
    upstreams[0].emit('second word');
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('event: hb\ndata: {}\n\n');
  });

  it('answers a problem while a bearer is away, and writes no query into its log', async () => {
    const [bearer] = upstreams;
    bearer.close();
    bearer.closeAllConnections();
    const answer = await fetch(`${url}/stream/client?h=v1.a-handle`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(problemBodySchema.parse(await answer.json())).toMatchObject({ status: 503, code: 'not_ready' });
    await expect.poll(() => log).toContain('"uri":"/stream/client"');
    expect(log).not.toContain('a-handle');
  });
});

/** Caddy is no requirement of the tests: where it is installed, they run it. */
function findCaddy() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .map((folder) => join(folder, 'caddy'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
