import { connect, type Socket } from 'node:net';

/** What a crowd keeps of one of its streams: little, since there are many. */
export interface StreamTarget {
  readonly port: number;
  readonly path: string;
  readonly key: string;
  /** Absent: GET. */
  readonly body?: string;
  readonly sourceAddress: string;
  readonly forwardedFor?: string;
}

/** What a stream tells its crowd. */
export interface StreamEvents {
  onFrame(event: string, data: string): void;
  /** It answers, with this status. */
  onOpen(status: number): void;
  onRetry(ms: number): void;
  onId(id: string): void;
  onEnd(): void;
}

/**
 * Opens a stream over a bare socket: a request, a status line, frames. It knows of chunked encoding only that sizes stand
 * on lines of their own, which no field of a frame looks like. With `isReading` false nothing is ever read after the head.
 */
export function openLoadStream(
  { port, path, key, body, sourceAddress, forwardedFor }: StreamTarget,
  events: StreamEvents,
  {
    lastEventId,
    isReading = true,
  }: { readonly lastEventId?: string | undefined; readonly isReading?: boolean } = {},
): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: sourceAddress });
  let status: number | undefined;
  let pending = '';
  let event = '';
  socket.on('connect', () => {
    const headers = [
      `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${key}`,
      'Accept: text/event-stream',
      ...(lastEventId === undefined ? [] : [`Last-Event-ID: ${lastEventId}`]),
      ...(forwardedFor === undefined ? [] : [`X-Forwarded-For: ${forwardedFor}`]),
      ...(body === undefined
        ? []
        : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
    ];
    socket.write(`${headers.join('\r\n')}\r\n\r\n${body ?? ''}`);
  });
  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString('latin1');
    if (status === undefined) {
      const end = pending.indexOf('\r\n\r\n');
      if (end === -1) return;
      status = Number(pending.slice(9, 12));
      pending = pending.slice(end + 4);
      events.onOpen(status);
      if (!isReading) {
        socket.pause();
        return;
      }
    }
    for (let end = pending.indexOf('\n'); end !== -1; end = pending.indexOf('\n')) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 1);
      if (line.startsWith('event: ')) event = line.slice(7);
      else if (line.startsWith('data: ')) events.onFrame(event, line.slice(6));
      else if (line.startsWith('id: ')) events.onId(line.slice(4));
      else if (line.startsWith('retry: ')) events.onRetry(Number(line.slice(7)));
    }
  });
  socket.on('error', () => {}); // It closes next, which is all that matters.
  socket.on('close', () => events.onEnd());
  return socket;
}
