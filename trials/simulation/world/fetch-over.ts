import type { Connection } from './connection.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';

/** A machine that answers HTTP, while it is up. */
export interface HttpServer {
  readonly machine: Machine;
  /** What answers in its present life. */
  readonly handle: (request: Request, env: object) => Response | Promise<Response>;
}

/** How it goes for whoever fetches. */
export interface FetchOptions {
  readonly network: Network;
  readonly client: Machine;
  /** Who stands behind a host name at this moment. */
  readonly serverFor: (host: string) => HttpServer;
  /** How many bytes fit into the sockets of one connection before its sender has to wait. */
  readonly windowBytes: () => number;
  /** Sees every piece of a body as it arrives. */
  readonly onPiece?: (piece: Uint8Array) => void;
}

/** `fetch` through a simulated network: answers come late, in pieces, in part or never, as the network has it. */
export function fetchOver(options: FetchOptions): (url: string, init: RequestInit) => Promise<Response> {
  return (url, init) =>
    new Promise((resolve, reject) => {
      const server = options.serverFor(new URL(url).host);
      const { signal, ...rest } = init;
      let body: ReadableStreamDefaultController<Uint8Array> | undefined;
      let isOver = false;
      const fail = (reason: string) => {
        if (isOver) return;
        isOver = true;
        const error = new TypeError(reason);
        if (body === undefined) reject(error);
        else body.error(error);
      };
      const connection = options.network.connect({
        client: options.client,
        server: server.machine,
        opened: (opened) => serve(opened, server, new Request(url, rest), options.windowBytes(), client),
        refused: () => fail('fetch failed: nobody listens there'),
      });
      connection.onClientReset = () => fail('fetch failed: the connection was reset');
      const leave = () => {
        fail('The operation was aborted');
        connection.closeByClient();
      };
      const client: Receiver = {
        head: (status, headers) => {
          if (isOver) return;
          const stream = new ReadableStream<Uint8Array>({
            start: (given) => {
              body = given;
            },
            cancel: leave,
          });
          resolve(new Response(bodiless.has(status) ? null : stream, { status, headers }));
        },
        piece: (piece) => {
          if (isOver) return;
          options.onPiece?.(piece);
          body?.enqueue(piece);
        },
        end: () => {
          if (isOver) return;
          isOver = true;
          body?.close();
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
    });
}

/** Answers that have no body, and are not to be given one. */
const bodiless = new Set([204, 205, 304]);

/** The client's end of one exchange. */
interface Receiver {
  head(status: number, headers: Headers): void;
  piece(piece: Uint8Array): void;
  end(): void;
}

/** The server's end: answers, and sends the body as fast as the client takes it. */
function serve(
  connection: Connection,
  { machine, handle }: HttpServer,
  request: Request,
  windowBytes: number,
  client: Receiver,
): void {
  const { life } = machine;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let isGone = false;
  connection.onServerReset = () => {
    isGone = true;
    void reader?.cancel().catch(() => undefined);
  };
  const outgoing = { destroy: () => connection.reset() };
  const answer = async () => {
    const response = await handle(request, { outgoing });
    const { status, headers } = response;
    connection.toClient(() => client.head(status, headers));
    reader = response.body?.getReader();
    if (isGone) await reader?.cancel();
    let unread = 0;
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done) break;
      unread += value.length;
      await new Promise<void>((resolve) => {
        if (unread < windowBytes) resolve();
        connection.toClient(() => {
          client.piece(value);
          // The acknowledgement comes at once, so that a slow way counts once.
          machine.enter(life, () => {
            unread -= value.length;
            resolve();
          });
        });
      });
    }
    connection.toClient(() => client.end());
    connection.closeByServer();
  };
  answer().catch(() => connection.reset());
}
