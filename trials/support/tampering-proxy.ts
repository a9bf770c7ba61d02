import { createServer, type Server } from 'node:http';

/**
 * A proxy that spoils streams as broken middleboxes do: frames come twice, an old one comes again later, garbage stands
 * between them, and now and then one is cut in the middle and the connection ends.
 */
export class TamperingProxy {
  readonly counts = { doubled: 0, replayed: 0, garbled: 0, cut: 0 };
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(target: string, random: () => number): Promise<TamperingProxy> {
    const server = createServer(async (incoming, outgoing) => {
      try {
        let body = '';
        for await (const chunk of incoming) body += String(chunk);
        const answer = await fetch(`${target}${incoming.url}`, {
          method: incoming.method ?? 'GET',
          headers: Object.fromEntries(
            Object.entries(incoming.headers).flatMap(([name, value]) =>
              typeof value === 'string' && !/^(host|connection|content-length)$/.test(name)
                ? [[name, value]]
                : [],
            ),
          ),
          ...(body !== '' && { body }),
        });
        outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        const decoder = new TextDecoder();
        let pending = '';
        let last = '';
        for await (const chunk of answer.body ?? []) {
          pending += decoder.decode(chunk, { stream: true });
          const frames = pending.split('\n\n');
          pending = frames.pop() ?? '';
          for (const frame of frames) {
            const whole = `${frame}\n\n`;
            const chance = random();
            if (chance < 0.1) {
              proxy.counts.cut += 1;
              outgoing.end(whole.slice(0, whole.length / 2));
              return;
            }
            outgoing.write(whole);
            if (chance < 0.4) {
              proxy.counts.doubled += 1;
              outgoing.write(whole);
            } else if (chance < 0.7 && last !== '') {
              proxy.counts.replayed += 1;
              outgoing.write(last);
            } else if (chance < 0.8) {
              proxy.counts.garbled += 1;
              outgoing.write('event: patch\ndata: {"position":\n\n: comment\nnonsense\n\n');
            }
            last = whole;
          }
        }
        outgoing.end();
      } catch {
        outgoing.destroy();
      }
    });
    const proxy = new TamperingProxy(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
