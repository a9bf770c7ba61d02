import type { Heartbeat } from '@fauna-flags/protocol';

/** The heartbeat of a bearer that serves nothing yet. */
export function heartbeatOf(id: string, differs: Partial<Heartbeat> = {}): Heartbeat {
  return {
    schema: 1,
    id,
    at: 1_700_000_000_000,
    runtime: 'node',
    streams: 0,
    source: 'store',
    documents: {},
    ...differs,
  };
}
