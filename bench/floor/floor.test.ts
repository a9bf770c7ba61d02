import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startFloor } from './floor.ts';

// The benchmarks need gcc, and say so; the product does not, and its tests run without.
const hasGcc = spawnSync('gcc', ['--version'], { stdio: 'ignore' }).status === 0;

it.skipIf(!hasGcc)(
  'startFloor() greets whoever connects, and writes a payload to every connection',
  async () => {
    const floor = await startFloor([]);
    const sockets = [1, 2, 3].map(() => connect(floor.port, '127.0.0.1'));
    const heard = sockets.map((socket) => {
      socket.write('GET / HTTP/1.1\r\n\r\n');
      return { text: '', socket };
    });
    for (const one of heard)
      one.socket.on('data', (data) => {
        one.text += data;
      });
    await expect.poll(() => heard.every(({ text }) => text.endsWith('\r\n\r\n'))).toBe(true);
    expect(await floor.count()).toBe(3);

    // More than a socket's buffers hold, so that the rest waits for the reader.
    const payload = Buffer.alloc(1_000_000, 'x');
    const broadcast = await floor.broadcast(payload);
    expect(broadcast.connections).toBe(3);
    expect(broadcast.endedNs).toBeGreaterThan(broadcast.begunNs);
    await expect.poll(() => heard.every(({ text }) => text.endsWith(String(payload)))).toBe(true);

    const [first] = sockets;
    first?.destroy();
    await expect.poll(() => floor.count()).toBe(2);
    floor.stop();
    await Promise.all(sockets.slice(1).map((socket) => once(socket, 'close')));
  },
);
