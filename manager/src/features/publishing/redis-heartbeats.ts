import { heartbeatLifeMs, heartbeatSchema, type ReceivedHeartbeat, storeKeys } from '@fauna-flags/protocol';
import type { Redis } from 'ioredis';

/** How many keys one step of a scan looks at. */
const scanCount = 1_000;
/** More bearers than any fleet has. */
const bearersMax = 1_000;

/**
 * Reads the heartbeats that bearers have left in Redis. Each lies under a key of its own that lives for `heartbeatLifeMs`,
 * so that what is left of its life says when it was written.
 */
export async function readHeartbeats(redis: Redis): Promise<readonly ReceivedHeartbeat[]> {
  const names = await namesOf(redis);
  const texts = await Promise.all(
    names.map((name) => Promise.all([redis.get(name).catch(() => null), redis.pttl(name)])),
  );
  return texts.flatMap(([text, leftMs]) => {
    const heartbeat = heartbeatSchema.safeParse(parse(text));
    if (!heartbeat.success || leftMs < 0) return [];
    return [{ heartbeat: heartbeat.data, ageMs: Math.max(0, heartbeatLifeMs - leftMs) }];
  });
}

async function namesOf(redis: Redis): Promise<readonly string[]> {
  const names = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', storeKeys.bearer('*'), 'COUNT', scanCount);
    for (const name of found) names.add(name);
    cursor = next;
  } while (cursor !== '0' && names.size < bearersMax);
  return [...names].slice(0, bearersMax);
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
