import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, FaunaProcess, projectRoot } from '../../test/support/fauna-process.ts';
import { mountExample } from './mount-example.ts';

const example = join(projectRoot, 'examples', 'checkout');

/** Reads server-sent prices as they come. */
async function openPrices(url: string) {
  const response = await fetch(url);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const ended = (async () => {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return;
      text += value;
    }
  })();
  const prices = (): { readonly totalCents: number }[] =>
    [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
  return { response, prices, ended, cancel: () => reader?.cancel() };
}

describe('mountExample()', () => {
  const request = new Request('http://localhost/example');
  function mount(host = '127.0.0.1', open?: (url: string) => Promise<never>) {
    const opened: string[] = [];
    let closed = 0;
    const shop = {
      fetch: async () => new Response('open'),
      async close() {
        closed += 1;
      },
    };
    const openShop = async (url: string) => {
      opened.push(url);
      return shop;
    };
    return {
      mounted: mountExample({ host, port: 3000, open: open ?? openShop }),
      opened,
      closed: () => closed,
    };
  }

  it('opens the shop once, for the first visitor, and closes what it opened', async () => {
    const { mounted, opened, closed } = mount();
    expect(opened).toEqual([]);
    await Promise.all([mounted.fetch(request, {}), mounted.fetch(request, {})]);
    await mounted.close();
    expect([opened, closed()]).toEqual([['http://127.0.0.1:3000'], 1]);
    expect((await mounted.fetch(request, {})).status).toBe(503);
  });

  it('tries again for the next visitor when the shop could not open', async () => {
    let attempts = 0;
    const mounted = mountExample({
      host: 'localhost',
      port: 3000,
      async open() {
        attempts += 1;
        if (attempts === 1) throw new Error('not yet');
        return { fetch: async () => new Response('open'), close: async () => {} };
      },
    });
    const both = await Promise.allSettled([mounted.fetch(request, {}), mounted.fetch(request, {})]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await (await mounted.fetch(request, {})).text()).toBe('open');
    expect(attempts).toBe(2);
    await mounted.close();
  });

  it('finds itself where it listens on every address, or on one of the new kind', async () => {
    const urls = {
      '0.0.0.0': 'http://127.0.0.1:3000',
      '::': 'http://[::1]:3000',
      '::1': 'http://[::1]:3000',
    };
    for (const [host, url] of Object.entries(urls)) {
      const { mounted, opened } = mount(host);
      await mounted.fetch(request, {});
      expect(opened).toEqual([url]);
    }
  });

  it('closes in good order when nobody came, and when the shop could not open', async () => {
    const { mounted, opened } = mount();
    await mounted.close();
    expect(opened).toEqual([]);
    const broken = mount('localhost', () => Promise.reject(new Error('no React'))).mounted;
    await expect(broken.fetch(request, {})).rejects.toThrow('no React');
    await broken.close();
  });
});

describe('the example shop', () => {
  let fauna: FaunaProcess;
  beforeAll(async () => {
    if (!existsSync(join(example, 'dist', 'web', '.vite', 'manifest.json'))) {
      await build({ root: example, configFile: join(example, 'vite.config.ts'), logLevel: 'error' });
    }
    fauna = await FaunaProcess.prepare();
    await fauna.start();
  });
  afterAll(() => fauna.dispose());

  const html = async (path: string) => (await fetch(`${fauna.url}/example${path}`)).text();
  const toggle = async (flag: string, enabled: boolean) => {
    const path = `/projects/sample/flags/${flag}/environments/production/toggle`;
    expect((await fauna.api('POST', path, { enabled })).status).toBe(200);
  };

  it('is where the installation says', async () => {
    expect((await fauna.api('GET', '/meta')).body).toMatchObject({ mode: 'all-in-one', example: '/example' });
    expect(fauna.output).toContain(`${fauna.url}/example`);
  });

  it('shows each shopper what is meant for them in its first HTML', async () => {
    const seen = async (user: string) => {
      const text = await html(`?user=${user}`);
      return [
        text.includes('Pay with <b>Google Pay</b>'),
        text.includes('Student price'),
        text.includes('$50.75'),
      ];
    };
    expect(await seen('washington-student')).toEqual([true, true, true]);
    expect(await seen('california-reader')).toEqual([false, false, false]);
    expect(await seen('new-york-visitor')).toEqual([false, false, false]);
    expect(await seen('somebody-else')).toEqual([true, true, true]);
  });

  it('tells browsers their own flag, and nothing of rules or of what only servers see', async () => {
    const text = await html('/');
    const { fauna: handed } = JSON.parse(/id="page-state">(.*?)<\/script>/s.exec(text)?.[1] ?? '');
    expect(handed.bootstrap).toEqual({
      flags: { 'google-pay': { value: true, variation: 'on', reason: 'RULE' } },
      position: expect.stringMatching(/^\d+-\d+-[0-9a-f]{8}$/),
    });
    expect(handed.key).toMatch(/^fauna_cli_/);
    for (const secret of ['fauna_srv_', 'student-discount', 'west-coast-students'])
      expect(text).not.toContain(secret);
  });

  it('loads what its page names', async () => {
    const files = [...(await html('')).matchAll(/"(\/example\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(files).toHaveLength(2);
    for (const path of files) {
      const file = await fetch(`${fauna.url}${path}`);
      expect([file.status, (await file.text()) !== '']).toEqual([200, true]);
    }
    const absent = await fetch(`${fauna.url}/example/absent`);
    expect([absent.status, await absent.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'not_found' }),
    ]);
  });

  it('tells an open page its new price within a second of the switch, and nothing when another flag is switched', async () => {
    const student = await openPrices(`${fauna.url}/example/price?user=washington-student&delivery=standard`);
    const visitor = await openPrices(`${fauna.url}/example/price?user=new-york-visitor&delivery=standard`);
    const totals = (of: typeof student) => of.prices().map(({ totalCents }) => totalCents);
    await eventually(() => totals(student).length === 1 && totals(visitor).length === 1);
    await toggle('google-pay', false);
    const startMs = performance.now();
    await toggle('student-discount', false);
    await eventually(() => totals(student).length > 1);
    expect(performance.now() - startMs).toBeLessThan(1_000);
    await toggle('student-discount', true);
    await eventually(() => totals(student).length > 2);
    expect([totals(student), totals(visitor)]).toEqual([[5_075, 5_900, 5_075], [5_900]]);
    await toggle('google-pay', true);
    await student.cancel();
    await visitor.cancel();
  });

  it('lets its open pages go first when Fauna ends', async () => {
    const open = await openPrices(`${fauna.url}/example/price?user=washington-student&delivery=standard`);
    await eventually(() => open.prices().length === 1);
    const startMs = performance.now();
    const code = fauna.end('SIGTERM');
    await open.ended;
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(await code).toBe(0);
  });

  it('is not there where there is no sample', async () => {
    const other = await FaunaProcess.prepare({ FAUNA_SAMPLE: 'false' });
    try {
      await other.start();
      expect((await other.api('GET', '/meta')).body).toMatchObject({ example: null });
      expect(
        (await fetch(`${other.url}/example/price?user=washington-student&delivery=standard`)).headers.get(
          'content-type',
        ),
      ).not.toContain('event-stream');
    } finally {
      await other.dispose();
    }
  });
});
