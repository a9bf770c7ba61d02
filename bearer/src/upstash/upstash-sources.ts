import { storeKeys } from '@fauna-flags/protocol';
import type { BearerStore } from '../bearer-store.ts';
import { HintLink } from '../hints/hint-link.ts';
import { hintedSources } from '../hints/hinted-sources.ts';
import { indexedPosition, storedSnapshot } from '../hints/stored-document.ts';
import type { Log } from '../log.ts';
import { fieldsIn, textIn } from './upstash-answer.ts';
import { UpstashLink, type UpstashOptions } from './upstash-link.ts';
import { upstashReports, upstashUsage } from './upstash-sinks.ts';
import { upstashSubscriber } from './upstash-subscriber.ts';

/**
 * How patient we are with a subscription. Each ping is a command that somebody pays for, and what a dead stream hides is
 * found by the comparison of positions within 12 seconds anyway; so they are rarer than over a socket.
 */
const timing = { subscribeMsMax: 10_000, pingMs: 30_000, pingMsMax: 8_000 } as const;

/**
 * Reads rulesets and keys from the Upstash database that managers publish to, over its REST API and its event stream, and
 * reports there. It
 * needs no database to start: reads reject until it can be reached, and every watch is hinted once it can.
 */
export function upstashSources(
  options: UpstashOptions & {
    /** Uniform in [0, 1); spreads reconnects. */
    readonly random: () => number;
    readonly log: Log;
  },
): BearerStore {
  const link = new UpstashLink(options);
  const hints = new HintLink({
    ...options,
    connect: upstashSubscriber({ link, clock: options.clock }),
    channel: storeKeys.hints,
    timing,
    fields: { address: link.address, purpose: 'hints' },
  });
  const sources = hintedSources({
    store: {
      async read(documentId) {
        const fields = fieldsIn(await link.run(['HGETALL', storeKeys.snapshot(documentId)]));
        if (fields.size === 0) return undefined;
        const [e, v, h, s] = [fields.get('e'), fields.get('v'), fields.get('h'), fields.get('s')];
        return storedSnapshot(documentId, { e, v, h, s, payload: fields.get('payload') });
      },
      async position(documentId) {
        const text = textIn(await link.run(['HGET', storeKeys.positions, documentId]));
        return text === undefined ? undefined : indexedPosition(documentId, text);
      },
    },
    hints,
    close: async () => link.close(),
  });
  return { ...sources, reportSink: upstashReports(link), usage: upstashUsage(link) };
}
