import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type BenchServer, peerFrame } from '../bench-server.ts';

const head =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nid: 1\nevent: put\ndata: {}\n\n';

/** As little as Node can do: sockets, and `socket.write()` of the same bytes. It reads nothing and keeps nothing. */
export async function netServer(): Promise<BenchServer> {
  const streams = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', () => {
      socket.write(head);
      socket.resume();
      streams.add(socket);
    });
    socket.on('error', () => {});
    socket.on('close', () => streams.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve);
  });
  let version = 0;
  return {
    port: (server.address() as AddressInfo).port,
    prepare() {
      version += 1;
    },
    async publish() {
      const frame = Buffer.from(peerFrame(version));
      for (const socket of streams) socket.write(frame);
    },
  };
}
