import type { Configuration } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { ConfigurationEditing } from './configuration-editing.svelte.ts';

const base: Configuration = {
  flag: 'google-pay',
  environment: 'production',
  enabled: false,
  offVariation: 'off',
  prerequisites: [],
  targets: [],
  rules: [],
  defaultServe: { variation: 'on' },
  revision: 3,
  updatedAt: '2030-01-31T12:00:00Z',
};
const toggled: Configuration = { ...base, enabled: true, revision: 4 };
const theirs: Configuration = { ...base, defaultServe: { variation: 'off' }, revision: 5 };
const mine = { variation: 'blue' };

const begin = () => {
  let last = 0;
  const newId = () => {
    last += 1;
    return `row-${last}`;
  };
  return new ConfigurationEditing({ configuration: base, variations: () => ['on', 'off', 'blue'], newId });
};
const edited = () => {
  const editing = begin();
  editing.edit({ everyone: mine });
  return editing;
};

describe('ConfigurationEditing', () => {
  it('takes over what others saved while nothing is edited', () => {
    const editing = begin();
    editing.receive(theirs);
    expect([editing.isDirty, editing.put.defaultServe, editing.theirs]).toEqual([
      false,
      { variation: 'off' },
      undefined,
    ]);
  });

  it('goes on undisturbed when only the switch was pressed', () => {
    const editing = edited();
    editing.receive(toggled);
    expect([editing.base.revision, editing.theirs, editing.put.defaultServe]).toEqual([4, undefined, mine]);
  });

  it('keeps both sides until somebody decides, and never sends a revision that was not looked at', () => {
    const editing = edited();
    editing.receive(theirs);
    expect([editing.base.revision, editing.theirs, editing.put.defaultServe]).toEqual([3, theirs, mine]);
    editing.keepMine();
    expect([editing.base.revision, editing.theirs, editing.put.defaultServe]).toEqual([5, undefined, mine]);
    expect(editing.isDirty).toBe(true);
  });

  it('loads theirs when told so', () => {
    const editing = edited();
    editing.receive(theirs);
    editing.loadTheirs();
    expect([editing.isDirty, editing.base, editing.theirs]).toEqual([false, theirs, undefined]);
  });

  it('is done when others saved the very same', () => {
    const editing = edited();
    editing.receive({ ...base, defaultServe: mine, revision: 6 });
    expect([editing.isDirty, editing.theirs, editing.base.revision]).toEqual([false, undefined, 6]);
  });

  it('takes no older answer for a newer one', () => {
    const editing = begin();
    editing.receive(theirs);
    editing.receive(toggled);
    editing.receive(base);
    expect(editing.base).toEqual(theirs);
  });

  it('forgets the edits when they are discarded, also for what others saved meanwhile', () => {
    const editing = edited();
    editing.receive(theirs);
    editing.discard();
    expect([editing.isDirty, editing.base, editing.theirs]).toEqual([false, theirs, undefined]);
  });
});
