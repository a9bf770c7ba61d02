import { describe, expect, it } from 'vitest';
import { type LiveChange, readLiveChange, staleAfter } from './live-invalidation.ts';
import { queryKeys } from './query-keys.ts';

const change = (kind: string, project: string | null = 'shop'): LiveChange => ({
  id: '7',
  at: '2030-01-31T12:00:00Z',
  actor: 'ada@example.org',
  action: `${kind}.update`,
  entity: { kind, key: 'k' },
  project,
  environment: null,
});

/** Whether a kept answer is asked for again after a change. */
const isStale = (key: readonly unknown[], after: LiveChange) =>
  staleAfter(after).some((prefix) => prefix.every((part, index) => key[index] === part));

describe('staleAfter()', () => {
  it('makes every view of a flag stale when the flag or its configuration changes', () => {
    const views = [
      [...queryKeys.flags('shop'), 'list', { query: '', archived: false }],
      queryKeys.flag('shop', 'k'),
      queryKeys.configuration('shop', 'k', 'production'),
      [...queryKeys.evaluations('shop'), 'any'],
      [...queryKeys.audit('shop'), 'flag', 'k'],
    ];
    for (const kind of ['flag', 'configuration']) {
      expect(views.map((view) => isStale(view, change(kind)))).toEqual(views.map(() => true));
    }
  });

  it('leaves other projects and what cannot have changed alone', () => {
    const kinds = [
      'flag',
      'environment',
      'audience',
      'attribute',
      'sdk-key',
      'member',
      'invitation',
      'project',
      'a-later-thing',
    ];
    for (const kind of kinds) {
      expect(isStale(queryKeys.flags('other'), change(kind))).toBe(false);
      expect(isStale(queryKeys.session(), change(kind))).toBe(false);
    }
    expect(isStale(queryKeys.flags('shop'), change('sdk-key'))).toBe(false);
    expect(isStale(queryKeys.sdkKeys('shop'), change('flag'))).toBe(false);
  });

  it('tells every kind of change to the audit trail', () => {
    for (const kind of [
      'project',
      'environment',
      'flag',
      'audience',
      'attribute',
      'sdk-key',
      'member',
      'invitation',
      'later',
    ]) {
      expect(isStale(queryKeys.audit('shop'), change(kind))).toBe(true);
    }
  });

  it('asks for everything of a project again after a change of a kind that it does not know', () => {
    const all = [queryKeys.flags('shop'), queryKeys.audiences('shop'), queryKeys.sdkKeys('shop')];
    expect(all.every((key) => isStale(key, change('segment')))).toBe(true);
  });

  it('asks for the projects again after a change outside of any project', () => {
    expect(staleAfter(change('project', null))).toEqual([queryKeys.projects()]);
  });

  it('asks again what somebody may do when a member or a user changes', () => {
    expect(isStale(queryKeys.account(), change('member'))).toBe(true);
    expect(isStale(queryKeys.account(), change('user', null))).toBe(true);
    expect(isStale(queryKeys.account(), change('flag'))).toBe(false);
    expect(isStale(queryKeys.tokens(), change('token', null))).toBe(true);
    expect(isStale(queryKeys.invitations('shop'), change('invitation'))).toBe(true);
  });
});

describe('readLiveChange()', () => {
  it('reads what the manager sends', () => {
    expect(readLiveChange(JSON.stringify(change('flag')))).toEqual(change('flag'));
  });

  it('takes nothing that is no change', () => {
    const { entity: _, ...without } = change('flag');
    const others = ['', '{', 'null', '7', '[]', '{}', JSON.stringify(without)];
    for (const data of [...others, JSON.stringify({ ...without, entity: null })]) {
      expect(readLiveChange(data)).toBeUndefined();
    }
  });
});
