import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { KeyUses } from './key-uses.ts';
import { UsageRelay } from './usage-relay.ts';
import type { UsageRecord } from './usage-sink.ts';

function world() {
  const told: UsageRecord[] = [];
  const clock = new ManualClock();
  let made = 0;
  const newId = () => `id-${made++}`;
  const uses = new KeyUses({ clock, newId, tell: (record) => told.push(record) });
  const requests = () => told.map((record) => ('use' in record ? record.use : undefined));
  return { told, clock, uses, requests };
}

const key = { id: 'k', environment: 'e' };

describe('KeyUses', () => {
  it('tells of the first use at once, and of later ones once a minute, as a sum', () => {
    const { uses, clock, told, requests } = world();
    uses.count(key, false);
    expect(told).toEqual([
      {
        id: 'id-0',
        environmentId: 'e',
        keyId: 'k',
        receivedAt: clock.now(),
        use: { requests: 1, fromBrowsers: 0 },
      },
    ]);
    for (let second = 0; second < 59; second += 1) {
      clock.advance(1_000);
      uses.count(key, second === 7);
    }
    expect(told).toHaveLength(1);
    clock.advance(1_000);
    uses.count(key, false);
    expect(requests()).toEqual([
      { requests: 1, fromBrowsers: 0 },
      { requests: 60, fromBrowsers: 1 },
    ]);
  });

  it('tells what is left when it is asked to, and nothing of a key that was not used since', () => {
    const { uses, requests } = world();
    uses.count(key, false);
    uses.count({ id: 'other', environment: 'e' }, true);
    uses.count(key, true);
    uses.flush();
    uses.flush();
    expect(requests()).toEqual([
      { requests: 1, fromBrowsers: 0 },
      { requests: 1, fromBrowsers: 1 },
      { requests: 1, fromBrowsers: 1 },
    ]);
  });
});

describe('UsageRelay', () => {
  const record = (id?: string) => ({
    ...{ environmentId: 'e', keyId: 'k', receivedAt: 1, use: { requests: 1, fromBrowsers: 0 } },
    ...(id !== undefined && { id }),
  });

  it('hands a record on once, and one without a name never: bearers may stand in a circle', async () => {
    const passed: (string | undefined)[] = [];
    const relay = new UsageRelay({ record: async ({ id }) => void passed.push(id) });
    await relay.pass([record('a'), record(), record('a'), record('b')]);
    await relay.pass([record('a')]);
    expect(passed).toEqual(['a', 'b']);
  });

  it('rejects when the sink does not take it, and hands it on the next time', async () => {
    const passed: (string | undefined)[] = [];
    let isAway = true;
    const relay = new UsageRelay({
      async record({ id }) {
        if (isAway) throw new Error('away');
        passed.push(id);
      },
    });
    await expect(relay.pass([record('a')])).rejects.toThrow('away');
    isAway = false;
    await relay.pass([record('a')]);
    expect(passed).toEqual(['a']);
  });
});
