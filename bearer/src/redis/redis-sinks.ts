import { heartbeatLifeMs, storeKeys, usageRecordField, usageRecordsMax } from '@fauna-flags/protocol';
import type { ReportSink } from '../reports/report-sink.ts';
import type { UsageSink } from '../usage/usage-sink.ts';
import type { RedisLink } from './redis-link.ts';

/** Where a bearer reports: a key of its own in Redis, which goes away by itself. Closing leaves the link open. */
export function redisReports(link: RedisLink): ReportSink {
  let closed = false;
  return {
    async report(heartbeat) {
      if (closed) throw new Error('Cannot report to Redis: this sink was closed');
      const key = storeKeys.bearer(heartbeat.id);
      await link.run((redis) => redis.set(key, JSON.stringify(heartbeat), 'PX', heartbeatLifeMs));
    },
    async close() {
      closed = true;
    },
  };
}

/** Puts evaluation counts into a stream of Redis, which holds some `recordsMax` of them and drops the oldest beyond. */
export function redisUsage(link: RedisLink, recordsMax = usageRecordsMax): UsageSink {
  return {
    async record(record) {
      const text = JSON.stringify(record);
      // About as many: an exact bound would cost Redis more than the few that it keeps too long.
      await link.run((redis) =>
        redis.xadd(storeKeys.usage, 'MAXLEN', '~', recordsMax, '*', usageRecordField, text),
      );
    },
  };
}
