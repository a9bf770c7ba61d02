import { inspect } from 'node:util';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toProblem } from './problem-response.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const at = { method: 'GET', path: '/api/v1/projects' };
const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
const failed = new DrizzleQueryError('select $1', ['ada@example.com'], refused);

function recorder() {
  const lines: unknown[][] = [];
  const add = (...line: unknown[]) => lines.push(line);
  return { lines, log: { warn: add, error: add } };
}

describe('toProblem()', () => {
  it('logs an outage of the database once in a few seconds, however many requests meet with it', () => {
    const { lines, log } = recorder();
    for (let request = 0; request < 50; request += 1) {
      expect(toProblem(failed, log, at).code).toBe('retryable');
    }
    expect(lines.length).toBe(1);
    vi.advanceTimersByTime(5_001);
    toProblem(failed, log, at);
    expect(lines[1]?.[0]).toMatchObject({ unlogged: 49 });
    expect(lines.length).toBe(2);
  });

  it('logs the reason of an outage, without a stack and without anybody in it', () => {
    const { lines, log } = recorder();
    toProblem(failed, log, at);
    expect(lines).toEqual([
      [{ ...at, reason: 'connect ECONNREFUSED 127.0.0.1:5432', unlogged: 0 }, 'Database is unavailable'],
    ]);
    const { lines: others, log: other } = recorder();
    toProblem(Object.assign(new AggregateError([refused], ''), { code: 'ECONNREFUSED' }), other, at);
    expect(others[0]?.[0]).toMatchObject({ reason: 'ECONNREFUSED' });
    expect(inspect([lines, others])).not.toMatch(/ada@|\.test\.ts/);
  });

  it('logs every error that nobody has foreseen, with its stack', () => {
    const { lines, log } = recorder();
    const odd = new Error('odd');
    for (let request = 0; request < 2; request += 1) expect(toProblem(odd, log, at).code).toBe('internal');
    expect(lines).toEqual([
      [{ ...at, err: odd }, 'Unexpected error'],
      [{ ...at, err: odd }, 'Unexpected error'],
    ]);
  });
});
