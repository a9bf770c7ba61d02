import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { testCertificate, testKey } from './certificate.ts';

/** A request as it has arrived. */
export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** What the client called the server while TLS was agreed on. */
  readonly serverName: string | false | undefined;
}

/** A real server on a port of its own that remembers what it was sent. */
export interface Receiver {
  readonly port: number;
  readonly received: Received[];
  /** How many connections were opened. */
  readonly connections: () => number;
  /** What it does with requests from now on; 200 and `ok` at first. */
  answer: (response: ServerResponse, received: Received) => void;
  close(): Promise<void>;
}

/** Starts a receiver, of https for `hooks.example.test`, or of http. */
export async function startReceiver({ isTls = false, host = '127.0.0.1' } = {}): Promise<Receiver> {
  const received: Received[] = [];
  let connections = 0;
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const one = {
      method: request.method,
      path: request.url,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      serverName: isTls
        ? (request.socket as TLSSocket & { servername?: string | false }).servername
        : undefined,
    };
    received.push(one);
    receiver.answer(response, one);
  };
  const server: Server = isTls
    ? createHttpsServer({ key: testKey, cert: testCertificate }, listener)
    : createHttpServer(listener);
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const receiver: Receiver = {
    port: (server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    answer: (response) => void response.end('ok'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
