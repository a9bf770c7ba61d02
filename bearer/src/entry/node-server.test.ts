import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, type RunningServer } from './node-server.ts';

describe('the server, for what is no request', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await listen({ host: '127.0.0.1', port: 0, fetch: () => new Response('fine') });
  });
  afterAll(() => server.close(0));

  /** Sends raw bytes and answers everything that came back until the connection ended. */
  const send = (text: string) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.on('error', () => resolve(answer));
      socket.on('close', () => resolve(answer));
    });

  it('answers a problem document to what is not HTTP', async () => {
    const answer = await send('this is not HTTP\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('application/problem+json');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 400, code: 'invalid' });
  });

  it('answers 431 to headers that are too large', async () => {
    const answer = await send(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 431, code: 'invalid' });
  });

  it('answers a problem document to a Host that is none', async () => {
    const answer = await send('GET / HTTP/1.1\r\nHost: a b^\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('application/problem+json');
  });

  it('answers a health check of HTTP/1.0, which names no Host', async () => {
    expect(await send('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('the server, when it closes', () => {
  it('does not wait for connections that never asked for anything', async () => {
    const server = await listen({ host: '127.0.0.1', port: 0, fetch: () => new Response('fine') });
    const socket = connect(server.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    await fetch(`http://127.0.0.1:${server.port}/`).then((response) => response.text());
    // A connection without a request is cut for that after five seconds; a close that waited for it would take as long.
    const late = new Promise((resolve) => setTimeout(() => resolve('late'), 3_000));
    expect(await Promise.race([server.close(60_000), late])).toBeUndefined();
    socket.destroy();
  });
});
