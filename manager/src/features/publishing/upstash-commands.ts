import { Redis } from '@upstash/redis';
import { type StoreCommands, type StoreValue, scanCount, scanStepsMax, textsMax } from './store-commands.ts';

/** What asking an Upstash database takes. */
export interface UpstashAccess {
  /** An origin, like https://eu1-first-cat-12345.upstash.io. */
  readonly url: string;
  /** Shown nowhere. */
  readonly token: string;
  /** Makes an error that may be logged out of what the driver threw. */
  readonly explain: (error: unknown) => Error;
}

/** For one request, a ruleset of 5 MB over a slow line included. */
const answerMsMax = 4_000;

/** Asks an Upstash database over its REST API. */
export function upstashCommands({ url, token, explain }: UpstashAccess): StoreCommands {
  const redis = new Redis({
    url,
    token,
    // Zero: what did not get through is offered again by the publisher, which knows what is newest by then.
    retry: { retries: 0 },
    // Texts are what they are, also where they look like JSON.
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    signal: () => AbortSignal.timeout(answerMsMax),
  });
  let closed = false;
  async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    if (closed) throw new Error(`Cannot ask Upstash at ${new URL(url).host}: it was closed`);
    try {
      return await question();
    } catch (error) {
      throw explain(withoutCommand(error));
    }
  }

  return {
    evaluate: ({ script, keys, args }) =>
      ask(() =>
        redis.eval(
          script,
          [...keys],
          args.map((value) => textOf(value)),
        ),
      ),

    async fields(key) {
      const answer: unknown = await ask(() =>
        redis.hgetall(key).catch((error: unknown) => nothingWhenOfAnotherKind(error)),
      );
      return pairsIn(answer);
    },

    async fieldsOfEach(keys, names) {
      if (keys.length === 0) return [];
      const pipeline = redis.pipeline();
      for (const key of keys) pipeline.hmget(key, ...names);
      const answers = await ask(() => pipeline.exec<unknown[]>({ keepErrors: true }));
      return answers.map(({ result }) => (Array.isArray(result) ? result.map(textOrNull) : undefined));
    },

    async remove({ key, hash, field }) {
      await ask(() => redis.del(key));
      await ask(() => redis.hdel(hash, field).catch((error: unknown) => nothingWhenOfAnotherKind(error)));
    },

    async textsLike(pattern) {
      const keys = await ask(() => keysLike(redis, pattern));
      if (keys.length === 0) return [];
      const pipeline = redis.pipeline();
      for (const key of keys) pipeline.get(key).pttl(key);
      const answers = await ask(() => pipeline.exec<unknown[]>({ keepErrors: true }));
      return keys.flatMap((_key, place) => {
        const [text, leftMs] = [answers[2 * place]?.result, answers[2 * place + 1]?.result];
        return typeof text === 'string' && typeof leftMs === 'number' && leftMs > 0 ? [{ text, leftMs }] : [];
      });
    },

    async close() {
      closed = true;
    },
  };
}

async function keysLike(redis: Redis, pattern: string): Promise<readonly string[]> {
  const keys = new Set<string>();
  let cursor = '0';
  for (let step = 0; step < scanStepsMax && keys.size < textsMax; step += 1) {
    const [next, found] = await redis.scan(cursor, { match: pattern, count: scanCount });
    for (const key of found) keys.add(key);
    if (String(next) === '0') break;
    cursor = String(next);
  }
  return [...keys].slice(0, textsMax);
}

/** The request is JSON, which cannot carry bytes that are no text; a snapshot is JSON itself. Throws for anything else. */
function textOf(value: StoreValue): string | number {
  if (!(value instanceof Uint8Array)) return value;
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
}

/** The client ends its messages with the whole command, rulesets and keys included. */
function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'UpstashError') return error;
  return new Error(error.message.replace(/, command was: [\s\S]*$/, ''));
}

/** Under one of our names lies something that no publisher put there: it is no position, and the next one replaces it. */
function nothingWhenOfAnotherKind(error: unknown): null {
  if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null;
  throw error;
}

/** Names and values in turn, as Redis answers a hash. */
function pairsIn(answer: unknown): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (!Array.isArray(answer)) return pairs;
  for (let place = 0; place + 1 < answer.length; place += 2)
    pairs.set(String(answer[place]), String(answer[place + 1]));
  return pairs;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
