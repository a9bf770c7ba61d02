import { formatStoredPosition, type ReceivedHeartbeat, type StoredPosition } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heartbeatOf } from '../../../../bearer/src/testing/heartbeat-of.ts';
import { createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';
import { AlarmWatch } from './alarm-watch.ts';

let api: TestApi;
let environmentId: string;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  environmentId = (await api.must('GET', '/projects/demo/environments/production')).id;
});
afterAll(() => api.close());

function world() {
  const logged: string[] = [];
  let heartbeats: readonly ReceivedHeartbeat[] = [];
  let nowMs = 0;
  let isAway = false;
  const tell = (fields: { kind?: string; reason?: string }, message: string) =>
    void logged.push(`${fields.kind ?? fields.reason}: ${message}`);
  const watch = new AlarmWatch({
    database: api.database,
    heartbeats: async () => {
      if (isAway) throw new Error('away');
      return heartbeats;
    },
    now: () => new Date(1_772_443_800_000 + nowMs),
    steady: () => nowMs,
    schedule: () => () => {},
    log: { info: tell, warn: tell },
  });
  return {
    watch,
    logged,
    /** Passes time, and looks at bearers that stand so. */
    async look(
      passMs: number,
      bearers: Readonly<Record<string, { position: StoredPosition | null; rejected?: string }>>,
    ) {
      nowMs += passMs;
      heartbeats = Object.entries(bearers).map(([id, { position, rejected }]) => ({
        ageMs: 0,
        heartbeat: heartbeatOf(id, {
          documents: {
            [environmentId]: {
              position: position && formatStoredPosition(position),
              ...(rejected !== undefined && { rejected, rejectedReason: 'its hash is another' }),
              staleMs: 0,
            },
          },
        }),
      }));
      await watch.look();
      return watch.of(environmentId);
    },
    setAway(value: boolean) {
      isAway = value;
    },
  };
}

const change = (name: string) =>
  api.must('POST', '/projects/demo/flags', { key: name, name, kind: 'boolean' });

describe('AlarmWatch', () => {
  it('tells at once of a state that a bearer cannot serve, and why, until it serves one again', async () => {
    const { look, logged, watch } = world();
    const position = await storedRuleset(api.database, environmentId);
    const rejected = formatStoredPosition({ ...position, version: position.version + 1 });
    const begun = await look(0, { a: { position, rejected }, b: { position } });
    expect(begun).toEqual([
      {
        kind: 'rejected',
        bearer: 'a',
        since: '2026-03-02T09:30:00.000Z',
        detail: `It cannot serve ${position.epoch}-${position.version + 1}-${position.hash.slice(0, 8)}: its hash is another`,
      },
    ]);
    expect(await look(60_000, { a: { position, rejected }, b: { position } })).toEqual(begun);
    expect(watch.of('another-environment')).toEqual([]);
    expect(watch.count('rejected')).toEqual({ now: 1, started: 1 });
    expect(await look(5_000, { a: { position }, b: { position } })).toEqual([]);
    expect(watch.count('rejected')).toEqual({ now: 0, started: 1 });
    expect(logged).toEqual([
      'rejected: A bearer needs somebody to look at it',
      'rejected: A bearer is well again, or gone',
    ]);
  });

  it('tells of a bearer that does not come to a state within 30 s, whatever else is committed meanwhile', async () => {
    const { look, logged } = world();
    const old = await storedRuleset(api.database, environmentId);
    expect(await look(0, { a: { position: old } })).toEqual([]);
    await change('one');
    const target = await storedRuleset(api.database, environmentId);
    expect(await look(5_000, { a: { position: old } })).toEqual([]);
    await change('two');
    expect(await look(29_000, { a: { position: old } })).toEqual([]);
    expect(await look(1_000, { a: { position: old }, empty: { position: null } })).toMatchObject([
      {
        kind: 'lagging',
        bearer: 'a',
        detail: expect.stringContaining(
          `has not come to ${target.epoch}-${target.version}-${target.hash.slice(0, 8)}`,
        ),
      },
    ]);
    // It moves: what it is to come to next has its own time.
    expect(await look(1_000, { a: { position: target } })).toEqual([]);
    expect(await look(29_000, { a: { position: target } })).toEqual([]);
    expect(await look(1_000, { a: { position: target } })).toHaveLength(1);
    expect(await look(1_000, {})).toEqual([]);
    expect(logged).toHaveLength(4);
  });

  it('lets alarms stand while nobody can be asked', async () => {
    const { look, setAway, watch } = world();
    const position = await storedRuleset(api.database, environmentId);
    const rejected = formatStoredPosition({ ...position, version: 900 });
    await look(0, { a: { position, rejected } });
    setAway(true);
    expect(await look(5_000, {})).toHaveLength(1);
    await watch.close();
  });
});
