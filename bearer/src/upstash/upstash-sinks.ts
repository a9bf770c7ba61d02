import { heartbeatLifeMs, storeKeys, usageRecordField, usageRecordsMax } from '@fauna-flags/protocol';
import type { ReportSink } from '../reports/report-sink.ts';
import type { UsageSink } from '../usage/usage-sink.ts';
import type { UpstashLink } from './upstash-link.ts';

/** Where a bearer reports: a key of its own, which goes away by itself. Closing leaves the link open. */
export function upstashReports(link: UpstashLink): ReportSink {
  let closed = false;
  return {
    async report(heartbeat) {
      if (closed) throw new Error('Cannot report to Upstash: this sink was closed');
      const key = storeKeys.bearer(heartbeat.id);
      await link.run(['SET', key, JSON.stringify(heartbeat), 'PX', heartbeatLifeMs]);
    },
    async close() {
      closed = true;
    },
  };
}

/** Puts evaluation counts into a stream, which holds some `recordsMax` of them and drops the oldest beyond. */
export function upstashUsage(link: UpstashLink, recordsMax = usageRecordsMax): UsageSink {
  return {
    async record(record) {
      const text = JSON.stringify(record);
      await link.run(['XADD', storeKeys.usage, 'MAXLEN', '~', recordsMax, '*', usageRecordField, text]);
    },
  };
}
