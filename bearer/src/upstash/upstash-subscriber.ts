import { storeKeys } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import type { ConnectSubscriber } from '../hints/subscriber.ts';
import { reasonOf } from '../log.ts';
import { fieldsIn, textIn } from './upstash-answer.ts';
import type { UpstashLink } from './upstash-link.ts';

/** A hint has some hundred characters; what does not end its line before this is no stream of ours. */
const lineLengthMax = 64 * 1024;

/** How long a message may be under way after its change can be read. */
const lateMsMax = 2_000;

/**
 * Listens over the event stream of Upstash's REST API: lines `data: subscribe,channel,1`, then `data: message,channel,…`.
 *
 * Nothing can be asked over such a stream, and nobody promises that it says anything while nothing happens. So a ping reads
 * where all documents stand and compares: a stream over which nothing came although something has moved is dead. One
 * that is dead while nothing moves has cost nobody anything yet.
 */
export function upstashSubscriber({
  link,
  clock,
}: {
  readonly link: UpstashLink;
  readonly clock: Clock;
}): ConnectSubscriber {
  return (events) => {
    const ending = new AbortController();
    let hasHeard = false;
    let known: ReadonlyMap<string, string> | undefined;

    const end = (reason: string) => {
      if (ending.signal.aborted) return;
      ending.abort();
      events.onEnd(reason);
    };

    async function positions(): Promise<ReadonlyMap<string, string>> {
      const fields = fieldsIn(await link.run(['HGETALL', storeKeys.positions]));
      return new Map([...fields].map(([documentId, bytes]) => [documentId, textIn(bytes) ?? '']));
    }

    return {
      async subscribe(channel) {
        const response = await link.subscribe(channel, ending.signal);
        const lines = linesOf(response);
        for (;;) {
          const { done, value } = await lines.next();
          if (done === true) throw new Error('the stream ended before it began');
          if (value.startsWith(`data: subscribe,${channel},`)) break;
        }
        void listen({ lines, prefix: `data: message,${channel},` });
      },
      async ping() {
        if (ending.signal.aborted) throw new Error('the stream has ended');
        const before = known;
        const now = await positions();
        known = now;
        const hasMoved =
          before !== undefined && [...now].some(([id, position]) => before.get(id) !== position);
        if (hasMoved && !hasHeard) await new Promise<void>((resolve) => void clock.after(lateMsMax, resolve));
        if (hasMoved && !hasHeard)
          throw new Error('nothing came over the stream although something has moved');
        hasHeard = false;
      },
      destroy() {
        ending.abort();
      },
    };

    async function listen({
      lines,
      prefix,
    }: {
      readonly lines: AsyncIterator<string, void>;
      readonly prefix: string;
    }): Promise<void> {
      try {
        for (;;) {
          const { done, value } = await lines.next();
          if (ending.signal.aborted) return;
          if (done === true) return end('the stream ended');
          hasHeard = true;
          if (value.startsWith(prefix)) events.onMessage(value.slice(prefix.length));
        }
      } catch (error) {
        end(reasonOf(error));
      }
    }
  };
}

/** Lines by themselves and not events: whether a blank line stands between two is not promised. */
async function* linesOf(response: Response): AsyncGenerator<string, void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  let rest = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const lines = (rest + decoder.decode(piece.value, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > lineLengthMax) throw new Error('the stream holds something else than hints');
    yield* lines;
  }
}
