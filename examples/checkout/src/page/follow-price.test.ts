// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deliveryOf } from '../shop/order.ts';
import { priceOf } from '../shop/price.ts';
import { followPrice } from './follow-price.ts';

/** As much of a browser's EventSource as there is to it: what it was opened for, and whether it still is. */
class TestEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static all: TestEventSource[] = [];
  readonly url: string;
  readyState = 1;
  constructor(url: string) {
    super();
    this.url = url;
    TestEventSource.all.push(this);
  }
  close(): void {
    this.readyState = TestEventSource.CLOSED;
  }
  tell(data: unknown): void {
    this.dispatchEvent(new MessageEvent('price', { data: JSON.stringify(data) }));
  }
  fail(readyState: number): void {
    this.readyState = readyState;
    this.dispatchEvent(new Event('error'));
  }
}

const price = priceOf({ delivery: deliveryOf('standard'), discountPercent: 15 });
const states = () => TestEventSource.all.map(({ readyState }) => readyState);
let isHidden = false;
let stop: () => void;
let heard: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', TestEventSource);
  TestEventSource.all = [];
  isHidden = false;
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => isHidden);
  heard = [];
  stop = followPrice({ user: 'a b', delivery: 'standard', onPrice: (next) => heard.push(next) });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function hide(hidden: boolean): void {
  isHidden = hidden;
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('followPrice()', () => {
  it('hears of prices by ids alone, until it is stopped', () => {
    TestEventSource.all[0]?.tell(price);
    expect(TestEventSource.all[0]?.url).toBe('/example/price?user=a+b&delivery=standard');
    expect(heard).toEqual([price]);
    stop();
    vi.advanceTimersByTime(60_000);
    expect(states()).toEqual([2]);
  });

  it('comes back after it was turned away, and leaves a cut connection to the browser', () => {
    TestEventSource.all[0]?.fail(0);
    vi.advanceTimersByTime(10_000);
    expect(states()).toEqual([0]);
    TestEventSource.all[0]?.fail(2);
    vi.advanceTimersByTime(1_999);
    expect(states()).toEqual([2]);
    vi.advanceTimersByTime(1);
    expect(states()).toEqual([2, 1]);
  });

  it('holds no connection while nobody looks', () => {
    hide(true);
    expect(states()).toEqual([2]);
    hide(false);
    hide(false);
    expect(states()).toEqual([2, 1]);
    TestEventSource.all[1]?.fail(2);
    hide(true);
    vi.advanceTimersByTime(60_000);
    expect(states()).toEqual([2, 2]);
  });
});
