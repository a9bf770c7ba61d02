import { createAudienceSchema, createFlagSchema } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { parseOrProblem } from './parse.ts';

const audienceOf = (conditions: readonly unknown[]) => ({
  key: 'a',
  name: 'A',
  match: { combine: 'all', conditions },
});

describe('parseOrProblem()', () => {
  it('looks for no more mistakes than anybody mends, however many a body holds', () => {
    // What no branch of a union takes is what costs: none is tried beyond them, or the last member would tell.
    let isReached = false;
    const trap = {
      get attribute() {
        isReached = true;
        return 1;
      },
    };
    for (const wrong of [{}, 1]) {
      const body = audienceOf([...Array.from({ length: 2_000 }, () => wrong), trap]);
      expect(() => parseOrProblem(createAudienceSchema, body)).toThrow(
        'over 1000 places in its body are wrong',
      );
    }
    expect(isReached).toBe(false);
    const variations = Array.from({ length: 2_000 }, () => ({}));
    expect(() =>
      parseOrProblem(createFlagSchema, { key: 'a', name: 'A', kind: 'string', variations }),
    ).toThrow('over 1000 places');
  });

  it('takes as many members as there may be, and still says what is wrong with one of them', () => {
    const values = Array.from({ length: 20_000 }, (_, at) => at);
    const condition = { attribute: 'id', operator: 'in', values };
    expect(parseOrProblem(createAudienceSchema, audienceOf([condition])).match.conditions).toEqual([
      condition,
    ]);
    const wrong = audienceOf([condition, { ...condition, values: [...values, null] }]);
    expect(() => parseOrProblem(createAudienceSchema, wrong)).toThrow('match.conditions[1].values[20000]');
  });
});
