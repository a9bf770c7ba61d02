import { fullHubHeader } from './environment-hub.ts';
import { notReadyResponse } from './not-ready-response.ts';
import type { StreamShards } from './stream-shards.ts';

/** What opening a stream on a hub takes. */
export interface ForwardStreamOptions {
  readonly request: Request;
  /** Which environment in which region: what the shards are of. */
  readonly place: string;
  readonly shards: StreamShards;
  /** Sends a request to one of the shards. */
  readonly send: (shard: number, request: Request) => Promise<Response>;
  readonly random: () => number;
}

/** What is read ahead of a body, so that it can be sent again; a hub refuses what is longer. */
const bodyBytesMax = 64 * 1024;

/** Opens a stream on the first hub that has room. The answer is the hub's own: its body flows through unread. */
export async function forwardStream({
  request,
  place,
  shards,
  send,
  random,
}: ForwardStreamOptions): Promise<Response> {
  const body = request.method === 'POST' ? await beginningOf(request) : null;
  const { method, headers } = request;
  for (const shard of shards.candidates(place)) {
    const response = await send(
      shard,
      new Request(request.url, { method, headers: withoutLength(headers), body, signal: request.signal }),
    );
    if (!response.headers.has(fullHubHeader)) return response;
    shards.isFull(place, shard);
    await response.body?.cancel();
  }
  return notReadyResponse(random);
}

/** The length is that of what we send now. */
function withoutLength(headers: Headers): Headers {
  const ours = new Headers(headers);
  ours.delete('content-length');
  ours.delete('transfer-encoding');
  return ours;
}

/** As much of a body as is allowed, and one byte more of one that is too long, by which a hub sees that it is. */
async function beginningOf(request: Request): Promise<Uint8Array> {
  const read = new Uint8Array(bodyBytesMax + 1);
  let length = 0;
  const reader = request.body?.getReader();
  if (reader === undefined) return read.slice(0, 0);
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const room = piece.value.subarray(0, read.length - length);
    read.set(room, length);
    length += room.length;
    if (length < read.length) continue;
    // What is still to come would be thrown away.
    void reader.cancel().catch(() => {});
    break;
  }
  return read.slice(0, length);
}
