import { describe, expect, it } from 'vitest';
import { BeatWheel } from './beat-wheel.ts';

describe('BeatWheel', () => {
  it('brings up each member at its turn and then once a round', () => {
    const wheel = new BeatWheel<string>(4);
    wheel.add('next', 1);
    wheel.add('last', 4);
    wheel.add('third', 3);
    const turns = Array.from({ length: 9 }, () => wheel.turn().join());
    expect(turns).toEqual(['next', '', 'third', 'last', 'next', '', 'third', 'last', 'next']);
  });

  it('forgets a member that was taken out', () => {
    const wheel = new BeatWheel<string>(2);
    const takeOut = wheel.add('a', 1);
    expect(wheel.turn()).toEqual(['a']);
    takeOut();
    takeOut();
    expect([wheel.turn(), wheel.turn()]).toEqual([[], []]);
  });

  it('takes a turn beyond the round for the last one, and none for the next', () => {
    const wheel = new BeatWheel<string>(3);
    wheel.add('late', 99);
    wheel.add('early', 0);
    expect([wheel.turn(), wheel.turn(), wheel.turn()]).toEqual([['early'], [], ['late']]);
  });
});
