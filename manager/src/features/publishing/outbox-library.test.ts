import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { outboxLibrary } from './outbox-library.ts';

describe('outboxLibrary()', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const open = () =>
    outboxLibrary({
      outbox: { positions: async () => new Map(), read: async () => undefined },
      schedule: (callback, delayMs) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
      random: () => 1,
    });

  it('hints after a commit of its own manager at once, and for those of others four times a second', () => {
    const library = open();
    let hints = 0;
    library.watch(() => {
      hints += 1;
    });
    library.nudge();
    expect(hints).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(hints).toBe(5);
  });

  it('looks only while somebody watches', () => {
    const library = open();
    expect(vi.getTimerCount()).toBe(0);
    const [one, other] = [library.watch(() => {}), library.watch(() => {})];
    expect(vi.getTimerCount()).toBe(1);
    one();
    one();
    expect(vi.getTimerCount()).toBe(1);
    other();
    expect(vi.getTimerCount()).toBe(0);
    library.watch(() => {})();
    expect(vi.getTimerCount()).toBe(0);
  });
});
