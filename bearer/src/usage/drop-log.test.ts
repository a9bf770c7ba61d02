import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { DropLog } from './drop-log.ts';

describe('DropLog', () => {
  it('says that something is dropped once, and how much it was when nothing has been for a minute', async () => {
    const clock = new ManualClock();
    const log = new MemoryLog();
    const drops = new DropLog({ clock, log, begins: 'dropped', over: 'over' });
    drops.kept();
    for (let second = 0; second < 100; second += 1) {
      drops.dropped(2, { key: 'k' });
      drops.kept();
      await clock.advance(1_000);
    }
    expect(log.lines).toEqual([{ level: 'warn', message: 'dropped', fields: { key: 'k' } }]);
    await clock.advance(59_000);
    drops.kept();
    drops.kept();
    expect(log.lines.slice(1)).toEqual([{ level: 'info', message: 'over', fields: { dropped: 200 } }]);
    drops.dropped(1, {});
    expect(log.lines).toHaveLength(3);
  });
});
