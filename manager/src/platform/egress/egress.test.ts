import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { testCertificate } from '../../../test/support/certificate.ts';
import { type Receiver, startReceiver } from '../../../test/support/receiver.ts';
import { createEgress, type EgressDependencies } from './egress.ts';
import { egressRules } from './egress-rules.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function receiver(options?: Parameters<typeof startReceiver>[0]): Promise<Receiver> {
  const started = await startReceiver(options);
  closing.push(started.close);
  return started;
}

/** Takes connections, and does with them what the test says. */
async function rawServer(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const strict = egressRules({ isInsecure: false, networks: () => false });
const insecure = egressRules({ isInsecure: true, networks: () => false });
const here = egressRules({ isInsecure: false, networks: (address) => address === '127.0.0.1' });

const post = (options: EgressDependencies, url: string, signal?: AbortSignal) =>
  createEgress(options).post({
    url,
    headers: { 'content-type': 'application/json' },
    body: '{"a":"ä"}',
    ...(signal === undefined ? {} : { signal }),
  });

describe('S-37 an egress', () => {
  it('connects to the address that was checked, with the name in SNI and Host', async () => {
    const target = await receiver({ isTls: true });
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return ['127.0.0.1'];
    };
    const sent = await post(
      { rules: here, resolve, ca: testCertificate },
      `https://hooks.example.test:${target.port}/hook?a=b#c`,
    );
    expect(sent).toEqual({ outcome: 'answered', status: 200, durationMs: expect.any(Number) });
    expect(asked).toEqual(['hooks.example.test']);
    expect(target.received).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/hook?a=b',
        body: '{"a":"ä"}',
        serverName: 'hooks.example.test',
        headers: expect.objectContaining({
          host: `hooks.example.test:${target.port}`,
          'content-length': '10',
        }),
      }),
    ]);
  });

  it('trusts no certificate of another name and none that nobody has signed', async () => {
    const target = await receiver({ isTls: true });
    const resolve = async () => ['127.0.0.1'];
    const unsigned = await post({ rules: here, resolve }, `https://hooks.example.test:${target.port}/`);
    expect(unsigned).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching('no TLS that can be trusted'),
    });
    const misnamed = await post(
      { rules: here, resolve, ca: testCertificate },
      `https://other.example.test:${target.port}/`,
    );
    expect(misnamed).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching('no TLS that can be trusted'),
    });
    expect(target.received).toEqual([]);
  });

  it('refuses a name with one address inside among its addresses, and opens no connection', async () => {
    const target = await receiver();
    for (const addresses of [
      ['127.0.0.1'],
      ['93.184.215.14', '127.0.0.1'],
      ['93.184.215.14', '::ffff:127.0.0.1'],
      [],
    ]) {
      const sent = await post(
        { rules: strict, resolve: async () => addresses },
        `https://rebinding.example.test:${target.port}/`,
      );
      expect(sent).toMatchObject({
        outcome: 'failed',
        reason: expect.stringMatching('not one of the public internet'),
      });
    }
    expect(target.connections()).toBe(0);
  });

  it('looks a name up once, so that a second answer changes nothing', async () => {
    const target = await receiver();
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    let lookups = 0;
    const resolve = async () => answers[lookups++] ?? [];
    const sent = await post({ rules: insecure, resolve }, `http://rebinding.example.test:${target.port}/`);
    expect([sent.outcome, lookups]).toEqual(['answered', 1]);
    expect(target.received).toHaveLength(1);
  });

  it('refuses what the address itself gives away, without looking anything up', async () => {
    const resolve = async () => Promise.reject(new Error('asked'));
    for (const url of [
      'https://127.0.0.1/',
      'https://[::1]/',
      'http://example.com/',
      'https://a:b@example.com/',
      'no',
    ])
      expect(await post({ rules: strict, resolve }, url)).toMatchObject({
        outcome: 'failed',
        reason: expect.stringMatching('^the address must'),
      });
  });

  it('follows no redirect', async () => {
    const inside = await receiver();
    const target = await receiver();
    target.answer = (response) =>
      void response.writeHead(307, { location: `http://127.0.0.1:${inside.port}/` }).end();
    const sent = await post({ rules: insecure }, `http://127.0.0.1:${target.port}/`);
    expect(sent).toMatchObject({ outcome: 'answered', status: 307 });
    expect(inside.connections()).toBe(0);
  });

  it('asks no proxy that the environment names', async () => {
    const proxy = await receiver();
    const target = await receiver();
    const names = [
      'http_proxy',
      'HTTP_PROXY',
      'https_proxy',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'NODE_USE_ENV_PROXY',
    ];
    const before = names.map((name) => process.env[name]);
    for (const name of names)
      process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${proxy.port}`;
    try {
      const sent = await post({ rules: insecure }, `http://127.0.0.1:${target.port}/`);
      expect(sent).toMatchObject({ outcome: 'answered', status: 200 });
    } finally {
      for (const [place, name] of names.entries()) {
        const value = before[place];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect([proxy.connections(), target.received.length]).toEqual([0, 1]);
  });

  it('cuts off an answer that has no end, and goes by its status', async () => {
    const target = await receiver();
    let isCutOff = false;
    target.answer = (response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      response.on('close', () => {
        isCutOff = true;
      });
      more();
    };
    const sent = await post({ rules: insecure, timeoutMs: 20_000 }, `http://127.0.0.1:${target.port}/`);
    expect(sent).toMatchObject({ outcome: 'answered', status: 200 });
    expect(sent.durationMs).toBeLessThan(20_000);
    await expect.poll(() => isCutOff).toBe(true);
  });

  it('waits for the headers of an answer alone, and cuts off one that trickles', async () => {
    const target = await receiver();
    let isCutOff = false;
    for (const status of [200, 500]) {
      isCutOff = false;
      target.answer = (response) => {
        response.writeHead(status).flushHeaders();
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => {
          clearInterval(timer);
          isCutOff = true;
        });
      };
      const url = `http://127.0.0.1:${target.port}/`;
      // Longer than a test may take.
      expect(await post({ rules: insecure, timeoutMs: 600_000 }, url)).toMatchObject({
        outcome: 'answered',
        status,
      });
      await expect.poll(() => isCutOff).toBe(true);
    }
  });

  it('gives up on a target that says nothing, or its headers too slowly, or is looked up too slowly', async () => {
    const silent = await rawServer(() => {});
    const slow = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x: y\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const late = { outcome: 'failed', reason: 'no answer within 0.3 s' };
    for (const port of [silent, slow])
      expect(await post({ rules: insecure, timeoutMs: 300 }, `http://127.0.0.1:${port}/`)).toMatchObject(
        late,
      );
    const resolve = () => new Promise<readonly string[]>(() => {});
    expect(
      await post({ rules: insecure, timeoutMs: 300, resolve }, 'http://slow.example.test/'),
    ).toMatchObject(late);
  });

  it('says in a phrase without addresses what went wrong', async () => {
    const closed = await rawServer((socket) => socket.once('data', () => socket.destroy()));
    const noHttp = await rawServer((socket) => void socket.end('220 mail.example.com ESMTP\r\n'));
    const free = await receiver();
    await free.close();
    const reasonAt = async (port: number) => {
      const sent = await post({ rules: insecure }, `http://127.0.0.1:${port}/`);
      return sent.outcome === 'failed' ? sent.reason : sent;
    };
    expect(await reasonAt(closed)).toBe('the connection failed (ECONNRESET)');
    expect(await reasonAt(noHttp)).toMatch(/^the answer is no HTTP \(HPE_/);
    expect(await reasonAt(free.port)).toBe('the connection failed (ECONNREFUSED)');
    const sent = await post({ rules: insecure }, 'http://nothing.invalid/');
    expect(sent).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching('the name cannot be looked up'),
    });
  });

  it('uses no connection twice, so that what was checked is what is used', async () => {
    const target = await receiver();
    const egress = createEgress({ rules: insecure });
    for (let time = 0; time < 2; time += 1)
      await egress.post({ url: `http://127.0.0.1:${target.port}/`, headers: {}, body: '' });
    expect([target.received.length, target.connections()]).toEqual([2, 2]);
  });

  it('stops when it is told to', async () => {
    const silent = await rawServer(() => {});
    const stop = new AbortController();
    const sending = post({ rules: insecure }, `http://127.0.0.1:${silent}/`, stop.signal);
    stop.abort();
    expect(await sending).toMatchObject({ outcome: 'cancelled' });
    expect(await post({ rules: insecure }, `http://127.0.0.1:${silent}/`, stop.signal)).toMatchObject({
      outcome: 'cancelled',
    });
  });
});
