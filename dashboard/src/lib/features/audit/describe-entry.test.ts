import type { AuditEntry } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { describeEntry, entryPhrases } from './describe-entry.ts';

const names = new Map([['google-pay', 'Google Pay']]);
const entry = (action: string, parts: Partial<AuditEntry> = {}): AuditEntry => ({
  id: '1',
  at: '2030-01-01T00:00:00Z',
  actor: 'ada@example.org',
  address: '',
  token: null,
  action,
  entity: { kind: 'flag', key: 'google-pay' },
  environment: null,
  before: null,
  after: null,
  seq: 1,
  hash: '',
  ...parts,
});
const tell = (action: string, parts?: Partial<AuditEntry>) => describeEntry(entry(action, parts), names);
const production = { environment: 'production' };

describe('describeEntry()', () => {
  it('tells what was switched, and where', () => {
    expect(tell('configuration.toggle', { ...production, after: { enabled: true } })).toBe(
      'ada@example.org switched Google Pay on in production',
    );
    expect(tell('configuration.toggle', { ...production, after: { enabled: false } })).toBe(
      'ada@example.org switched Google Pay off in production',
    );
    const update = (before: boolean, after: boolean) =>
      tell('configuration.update', { ...production, before: { enabled: before }, after: { enabled: after } });
    expect(update(true, true)).toBe('ada@example.org changed who gets Google Pay in production');
    expect(update(false, true)).toBe(
      'ada@example.org changed who gets Google Pay and switched it on in production',
    );
  });

  it('calls things what they were called then, and flags as they are called now', () => {
    expect(tell('flag.create', { after: { name: 'Pay' } })).toBe('ada@example.org created the flag Pay');
    expect(tell('flag.delete', { before: { name: 'Pay' } })).toBe('ada@example.org deleted the flag Pay');
    expect(tell('flag.archive', { before: { name: 'Pay' }, after: { name: 'Pay' } })).toBe(
      'ada@example.org archived the flag Pay',
    );
    const gone = { entity: { kind: 'flag', key: 'gone' }, after: { enabled: true } };
    expect(tell('configuration.toggle', gone)).toBe('ada@example.org switched gone on');
  });

  it('tells what becomes of people', () => {
    const grace = 'grace@example.org';
    const member = { entity: { kind: 'member', key: grace } };
    const [viewer, editor] = [{ role: 'viewer' }, { role: 'editor' }];
    expect(tell('member.update', { ...member, before: viewer, after: editor })).toBe(
      'ada@example.org made grace@example.org an editor of the project',
    );
    expect(tell('member.create', { ...member, after: { role: 'of a later release' } })).toBe(
      'ada@example.org made grace@example.org a member of the project',
    );
    expect(tell('member.delete', { ...member, before: editor })).toBe(
      'ada@example.org took grace@example.org out of the project',
    );
    const invitation = { entity: { kind: 'invitation', key: '7b1d' } };
    expect(tell('invitation.create', { ...invitation, after: { role: 'viewer', email: null } })).toBe(
      'ada@example.org invited whoever has the link as a viewer',
    );
    expect(tell('invitation.delete', { ...invitation, before: { role: 'viewer', email: grace } })).toBe(
      'ada@example.org took back the invitation of grace@example.org',
    );
  });

  it('tells a new name as one', () => {
    const audience = { entity: { kind: 'audience', key: 'vip' } };
    expect(tell('audience.update', { ...audience, before: { name: 'A' }, after: { name: 'B' } })).toBe(
      'ada@example.org renamed the audience A to B',
    );
    expect(tell('audience.update', { ...audience, before: { name: 'A' }, after: { name: 'A' } })).toBe(
      'ada@example.org changed the audience A',
    );
    expect(
      tell('attribute.update', {
        entity: { kind: 'attribute', key: 'state' },
        before: { name: null },
        after: { name: 'State' },
      }),
    ).toBe('ada@example.org renamed the attribute state to State');
  });

  it('tells which key, of which kind', () => {
    const key = { entity: { kind: 'sdk-key', key: '0190…' }, ...production };
    expect(tell('sdk-key.create', { ...key, after: { name: 'Web', kind: 'client' } })).toBe(
      'ada@example.org created the client key Web in production',
    );
    expect(tell('sdk-key.revoke', { ...key, before: { name: 'Web', kind: 'server' } })).toBe(
      'ada@example.org revoked the server key Web in production',
    );
  });

  it('does not say twice that an environment is one', () => {
    expect(
      tell('environment.create', {
        entity: { kind: 'environment', key: 'qa' },
        environment: 'qa',
        after: { name: 'QA' },
      }),
    ).toBe('ada@example.org created the environment QA');
  });

  it('has words for those who are no persons, and for deeds it does not know', () => {
    expect(tell('flag.create', { actor: 'admin-token' })).toBe('The admin token created the flag Google Pay');
    expect(tell('flag.create', { actor: 'first-boot' })).toBe('The first start created the flag Google Pay');
    expect(tell('moon.land', { entity: { kind: 'moon-base', key: 'one' } })).toBe(
      'ada@example.org did “moon.land” to the moon base one',
    );
    expect(tell('thing.constructor')).toBe('ada@example.org did “thing.constructor” to the flag Google Pay');
  });
});

it('entryPhrases() marks who, what and where', () => {
  expect(
    entryPhrases(entry('configuration.toggle', { ...production, after: { enabled: true } }), names),
  ).toEqual([
    { kind: 'actor', text: 'ada@example.org' },
    { kind: 'word', text: ' ' },
    { kind: 'word', text: 'switched ' },
    { kind: 'thing', text: 'Google Pay', entity: { kind: 'flag', key: 'google-pay' } },
    { kind: 'word', text: ' on' },
    { kind: 'word', text: ' in ' },
    { kind: 'environment', text: 'production' },
  ]);
});
