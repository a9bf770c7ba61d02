import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataFrame } from './frame.ts';
import { comparePositions, type Position, parsePosition } from './position.ts';
import { Replica } from './replica.ts';

function at(text: string): Position {
  const position = parsePosition(text);
  if (position === undefined) throw new Error(`"${text}" is no position`);
  return position;
}

const frame = (kind: DataFrame['kind'], position: string, reset = false): DataFrame => ({
  kind,
  position: at(position),
  reset,
  data: { position },
});
const bare = (kind: 'hb' | 'none', position: string) => ({ kind, position: at(position) });

function createReplica({ position, exact = false }: { position?: string; exact?: boolean } = {}) {
  const applied: unknown[] = [];
  const replica = new Replica({
    exact,
    position: parsePosition(position),
    apply: ({ kind, data }) => applied.push(`${kind} ${data.position}`),
  });
  return { replica, applied };
}

describe('Replica', () => {
  it('applies what is newer, a fork and a reset, and nothing else', () => {
    const { replica, applied } = createReplica();
    replica.resume();
    for (const [position, reset] of [
      ['5-7-aaaaaaaa', false],
      ['5-7-aaaaaaaa', false],
      ['5-6-aaaaaaaa', false],
      ['4-99-aaaaaaaa', false],
      ['5-7-bbbbbbbb', false],
      ['6-1-cccccccc', false],
      ['5-8-dddddddd', true],
      ['5-7-aaaaaaaa', false],
    ] as const)
      replica.receive(frame('put', position, reset));
    expect(applied).toEqual(['put 5-7-aaaaaaaa', 'put 5-7-bbbbbbbb', 'put 6-1-cccccccc', 'put 5-8-dddddddd']);
    expect(replica.position).toBe('5-8-dddddddd');
  });

  it('never goes back without a reset, whatever comes in whatever order', () => {
    const position = fc
      .tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('aaaaaaaa', 'bbbbbbbb'),
      )
      .map((parts) => parts.join('-'));
    const step = fc.tuple(fc.constantFrom('put', 'patch', 'hb', 'none', 'resume', 'poll'), position);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, exact) => {
        const { replica } = createReplica({ exact });
        let before: string | undefined;
        for (const [kind, text] of steps) {
          try {
            if (kind === 'resume') replica.resume();
            else if (kind === 'poll') replica.put(frame('put', text));
            else if (kind === 'put' || kind === 'patch') replica.receive(frame(kind, text));
            else replica.receive(bare(kind as 'hb', text));
          } catch {
            replica.resume();
          }
          const after = replica.position;
          if (before !== undefined) expect(comparePositions(at(after ?? ''), at(before))).not.toBe('older');
          before = after;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses a patch when it holds nothing', () => {
    const { replica, applied } = createReplica();
    expect(replica.resume()).toBeUndefined();
    expect(() => replica.receive(frame('patch', '1-2-aaaaaaaa'))).toThrow('Cannot apply a patch');
    expect(applied).toEqual([]);
  });

  it('applies the patch that follows a resumed position', () => {
    const { replica, applied } = createReplica({ position: '1-2-aaaaaaaa' });
    expect(replica.resume()).toBe('1-2-aaaaaaaa');
    replica.receive(frame('patch', '1-4-bbbbbbbb'));
    expect([applied, replica.position]).toEqual([['patch 1-4-bbbbbbbb'], '1-4-bbbbbbbb']);
  });

  it('refuses a patch from a sender that is behind us: what was changed and changed back would be missed', () => {
    const { replica, applied } = createReplica({ position: '1-9-aaaaaaaa' });
    replica.resume();
    replica.receive(bare('hb', '1-7-bbbbbbbb'));
    expect(() => replica.receive(frame('patch', '1-10-cccccccc'))).toThrow('Cannot apply a patch');
    expect([applied, replica.position]).toEqual([[], '1-9-aaaaaaaa']);
  });

  it('refuses a patch when a poll moved the state away from what the stream was opened with', () => {
    const { replica } = createReplica({ position: '1-1-aaaaaaaa' });
    replica.resume();
    expect(replica.put(frame('put', '1-2-bbbbbbbb'))).toBe(true);
    expect(() => replica.receive(frame('patch', '1-3-cccccccc'))).toThrow('Cannot apply a patch');
  });

  it('moves with a heartbeat alone where data may not have changed, and still takes the patch that it overtook', () => {
    const { replica, applied } = createReplica({ position: '1-1-aaaaaaaa' });
    replica.resume();
    replica.receive(bare('hb', '1-2-bbbbbbbb'));
    expect(replica.position).toBe('1-2-bbbbbbbb');
    replica.receive(frame('patch', '1-2-bbbbbbbb'));
    expect(applied).toEqual(['patch 1-2-bbbbbbbb']);
  });

  it('asks for a new stream when two heartbeats promise data that never came, where every position has data', () => {
    const { replica, applied } = createReplica({ position: '1-1-aaaaaaaa', exact: true });
    replica.resume();
    replica.receive(bare('hb', '1-2-bbbbbbbb'));
    expect(replica.position).toBe('1-1-aaaaaaaa');
    replica.receive(frame('patch', '1-2-bbbbbbbb'));
    replica.receive(bare('hb', '1-3-cccccccc'));
    expect(() => replica.receive(bare('hb', '1-3-cccccccc'))).toThrow('Cannot apply a patch');
    expect([applied, replica.position]).toEqual([['patch 1-2-bbbbbbbb'], '1-2-bbbbbbbb']);
  });

  it('stays where it is when what came cannot be applied', () => {
    const replica = new Replica({
      exact: false,
      position: at('1-1-aaaaaaaa'),
      apply: () => {
        throw new TypeError('no flags');
      },
    });
    replica.resume();
    expect(() => replica.receive(frame('put', '1-2-bbbbbbbb'))).toThrow('no flags');
    expect(replica.position).toBe('1-1-aaaaaaaa');
  });
});
