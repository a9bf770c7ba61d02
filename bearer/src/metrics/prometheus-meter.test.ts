import { describe, expect, it } from 'vitest';
import type { BearerStatus } from '../status.ts';
import { prometheusMeter } from './prometheus-meter.ts';

const document = { source: 'live', rejected: null, rejections: 5 } as const;
const keys = { ...document, position: '1700000000-4-0a1b2c3d', staleSeconds: 2 };
const environment = (id: string) => ({
  ...document,
  id,
  position: '1700000000-7-0a1b2c3d',
  staleSeconds: 0,
  streams: 3,
});
const status = (...ids: string[]): BearerStatus => ({
  ready: true,
  source: 'fallback',
  keys,
  environments: ids.map(environment),
  streams: 3 * ids.length,
  copyFailures: 2,
});

describe('prometheusMeter()', () => {
  it('tells what is served, how fresh it is, and how many listen', async () => {
    const text = await prometheusMeter().text(status('env-a'));
    for (const line of [
      'fauna_ready 1',
      'fauna_source{source="fallback"} 1',
      'fauna_source{source="store"} 0',
      'fauna_streams{document="env-a"} 3',
      'fauna_document_version{document="env-a"} 7',
      'fauna_document_epoch{document="keys"} 1700000000',
      'fauna_document_stale_seconds{document="keys"} 2',
      'fauna_document_rejected{document="env-a"} 0',
      'fauna_document_rejections{document="env-a"} 5',
      'fauna_copy_failures 2',
    ])
      expect(text).toContain(`${line}\n`);
  });

  it('counts answers, refusals, streams and how long a change took to reach them', async () => {
    const meter = prometheusMeter();
    meter.answered('/connect/client', 200);
    meter.answered('/connect/client', 200);
    meter.refused('address');
    meter.opened();
    meter.ended('slow');
    meter.broadcast({ streams: 100, writes: 12, durationMs: 3 });
    const text = await meter.text(status());
    for (const line of [
      'fauna_requests_total{route="/connect/client",status="200"} 2',
      'fauna_stream_refusals_total{reason="address"} 1',
      'fauna_streams_opened_total 1',
      'fauna_streams_ended_total{reason="slow"} 1',
      'fauna_fanout_writes_total 12',
      'fauna_fanout_seconds_bucket{le="0.005"} 1',
      'fauna_fanout_seconds_bucket{le="0.0025"} 0',
    ])
      expect(text).toContain(`${line}\n`);
  });

  it('names a bounded number of documents, and forgets those that are gone', async () => {
    const meter = prometheusMeter();
    const many = Array.from({ length: 1_000 }, (_, place) => `env-${place}`);
    const text = await meter.text(status(...many));
    expect(text.match(/^fauna_document_version\{/gm)).toHaveLength(200);
    expect(text).toContain('fauna_documents 1001\n');
    expect(await meter.text(status('env-z'))).not.toContain('env-1');
  });

  it('shares nothing with another meter of the same process', async () => {
    const [one, other] = [prometheusMeter(), prometheusMeter()];
    one.opened();
    expect(await other.text(status())).not.toContain('fauna_streams_opened_total 1');
  });
});
