import {
  type Heartbeat,
  heartbeatSchema,
  storeKeys,
  type UsageRecord,
  usageRecordField,
  usageRecordSchema,
} from '@fauna-flags/protocol';
import type { Redis } from 'ioredis';

/** The heartbeats that bearers have left in a Redis, in any order. */
export async function heartbeatsIn(redis: Redis): Promise<readonly Heartbeat[]> {
  const keys = await redis.keys(storeKeys.bearer('*'));
  const texts = await Promise.all(keys.map((key) => redis.get(key)));
  return texts.map((text) => heartbeatSchema.parse(JSON.parse(text ?? 'null')));
}

/** The usage batches that bearers have put into a Redis, oldest first. */
export async function usageIn(redis: Redis): Promise<readonly UsageRecord[]> {
  const entries = await redis.xrange(storeKeys.usage, '-', '+');
  return entries.map(([, [name, text]]) => {
    if (name !== usageRecordField) throw new Error(`An entry has a field "${name}"`);
    return usageRecordSchema.parse(JSON.parse(text ?? 'null'));
  });
}
