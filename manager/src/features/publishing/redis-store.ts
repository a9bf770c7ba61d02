import {
  compareStored,
  heartbeatLifeMs,
  heartbeatSchema,
  parseStoredPosition,
  storeKeys,
} from '@fauna-flags/protocol';
import type { PublishStore, PutOutcome } from './publish-store.ts';
import { compareAndSetScript } from './redis-compare-and-set.ts';
import type { StoreCommands } from './store-commands.ts';
import { StoreRefusal } from './store-refusal.ts';

/** What a Redis says that would refuse any other write, too. */
const refusesAll =
  /^(OOM|READONLY|MISCONF|NOREPLICAS|LOADING|CLUSTERDOWN|MASTERDOWN|NOAUTH|WRONGPASS|Unauthorized)/;

/** The store between managers and stand-alone bearers, in one Redis. Closing the store closes its connection. */
export function redisStore(commands: StoreCommands): PublishStore {
  return {
    async compareAndSet(documentId, { epoch, version, hash, payload, signature = '' }) {
      const put = commands.evaluate({
        script: compareAndSetScript,
        keys: [storeKeys.snapshot(documentId), storeKeys.positions],
        args: [storeKeys.hints, documentId, epoch, version, hash, payload, Date.now(), signature],
      });
      const answer = await put.catch((error: Error) => {
        throw refusesAll.test(error.message) ? new StoreRefusal(error.message) : error;
      });
      return outcomeOf(documentId, answer);
    },

    /**
     * The index says which documents there are. Whether each still lies where it says is asked besides: a Redis that
     * evicts keys takes a snapshot and leaves the index, and what is not reported here is published again. The same goes
     * for what Redis cannot read as a position.
     */
    async positions() {
      const known = [...(await commands.fields(storeKeys.positions))].flatMap(([documentId, text]) => {
        const position = parseStoredPosition(text);
        return position === undefined ? [] : [[documentId, position] as const];
      });
      const stored = await commands.fieldsOfEach(
        known.map(([documentId]) => storeKeys.snapshot(documentId)),
        ['e', 'v', 'h', 's'],
      );
      return new Map(
        known.flatMap(([documentId, position], place) => {
          const [epoch, version, hash, signature] = stored[place] ?? [];
          const there = parseStoredPosition(`${epoch}-${version}-${hash}`);
          if (there === undefined || compareStored(position, there) !== 'same') return [];
          return [[documentId, typeof signature === 'string' ? { ...position, signature } : position]];
        }),
      );
    },

    remove: (documentId) =>
      commands.remove({
        key: storeKeys.snapshot(documentId),
        hash: storeKeys.positions,
        field: documentId,
      }),

    /** What is left of a heartbeat's life says when it was written. */
    async heartbeats() {
      const texts = await commands.textsLike(storeKeys.bearer('*'));
      return texts.flatMap(({ text, leftMs }) => {
        const heartbeat = heartbeatSchema.safeParse(jsonIn(text));
        if (!heartbeat.success) return [];
        return [{ heartbeat: heartbeat.data, ageMs: Math.max(0, heartbeatLifeMs - leftMs) }];
      });
    },

    close: () => commands.close(),
  };
}

function outcomeOf(documentId: string, answer: unknown): PutOutcome {
  const [outcome, current] = Array.isArray(answer) ? answer.map(String) : [];
  if (outcome === 'stored' || outcome === 'same') return { outcome };
  const position = parseStoredPosition(current);
  if ((outcome === 'older' || outcome === 'fork') && position !== undefined)
    return { outcome, current: position };
  throw new Error(`Cannot publish document ${documentId}: Redis answered something that is no outcome`);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
