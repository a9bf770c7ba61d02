import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { streamSinkContract } from '../streams/stream-sink.contract.ts';
import type { StreamSinkListener } from '../streams/stream-sink.ts';
import { NodeSocketSink } from './node-socket-sink.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** Both ends of one connection over the loopback interface. */
async function pair(): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  const [near] = (await once(server, 'connection')) as [Socket];
  near.on('error', () => {});
  far.on('error', () => {});
  endings.push(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

async function fixture(listener: StreamSinkListener) {
  const { near, far } = await pair();
  const sink = new NodeSocketSink(near, listener);
  sink.begin(new Uint8Array());
  let text = '';
  let end: 'closed' | 'cut' | undefined;
  far.on('data', (piece) => {
    text += piece.toString('latin1');
  });
  far.on('end', () => {
    end = 'closed';
  });
  far.on('error', () => {
    end ??= 'cut';
  });
  far.pause();
  return {
    near,
    far,
    sink,
    received: () => text,
    read: () => void far.resume(),
    leave: () => void far.end(),
    ended: () => end,
  };
}

streamSinkContract('NodeSocketSink', fixture);

describe('NodeSocketSink', () => {
  const nobody: StreamSinkListener = { onDrain: () => {}, onGone: () => {} };

  it('keeps what is sent until the head of the answer is known, and writes both together', async () => {
    const { near, far } = await pair();
    const sink = new NodeSocketSink(near, nobody);
    sink.send(Buffer.from('frame'));
    expect(sink.pendingBytes()).toBe(5);
    sink.begin(Buffer.from('head '));
    const [first] = (await once(far.resume(), 'data')) as [Buffer];
    expect(first.toString()).toBe('head frame');
  });

  it('ends also when it was closed before the head was known', async () => {
    const { near, far } = await pair();
    const sink = new NodeSocketSink(near, nobody);
    sink.send(Buffer.from('revoked'));
    sink.close();
    sink.begin(Buffer.from('head '));
    let text = '';
    far.on('data', (piece) => {
      text += piece.toString();
    });
    await once(far.resume(), 'end');
    expect(text).toBe('head revoked');
  });

  it('tells of a peer that was gone before it began', async () => {
    const { near } = await pair();
    near.destroy();
    await once(near, 'close');
    let gone = 0;
    const onGone = () => {
      gone += 1;
    };
    const sink = new NodeSocketSink(near, { ...nobody, onGone });
    sink.begin(Buffer.from('head'));
    await expect.poll(() => gone).toBe(1);
  });

  it('lets a peer say something, but not much', async () => {
    const { far, sink } = await fixture(nobody);
    far.resume().write('GET / HTTP/1.1\r\n\r\n');
    sink.send(Buffer.from('still here'));
    await once(far, 'data');
    expect(far.destroyed).toBe(false);
    const closed = new Promise((resolve) => far.once('close', resolve));
    for (let sent = 0; sent < 256; sent += 1) far.write(Buffer.alloc(1024));
    await closed;
    expect(far.bytesRead).toBe('still here'.length);
  });
});
