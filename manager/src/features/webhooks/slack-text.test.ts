import type { WebhookEvent } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slackText } from './slack-text.ts';

const event = (more: Partial<WebhookEvent> = {}): WebhookEvent => ({
  id: '1',
  type: 'flag.update',
  at: '2030-01-01T00:00:00.000Z',
  seq: 1,
  actor: 'ada@example.com',
  project: 'shop',
  environment: null,
  entity: { kind: 'flag', key: 'checkout' },
  before: {},
  after: {},
  isShortened: false,
  url: null,
  ...more,
});

describe('slackText', () => {
  it('says who did what to which thing, and where', () => {
    expect(slackText(event())).toBe('*ada@example.com* changed flag *checkout*, project *shop*');
    expect(slackText(event({ url: 'https://flags.example.com/projects/shop/flags/checkout?a=b&c=d' }))).toBe(
      '*ada@example.com* changed flag <https://flags.example.com/projects/shop/flags/checkout?a=b&amp;c=d|checkout>, project *shop*',
    );
    const toggled = { type: 'configuration.toggle', environment: 'production' };
    expect(slackText(event({ ...toggled, after: { enabled: true } }))).toBe(
      '*ada@example.com* switched flag *checkout* on in *production*, project *shop*',
    );
    expect(slackText(event({ ...toggled, after: { enabled: false } }))).toMatch(
      'switched flag *checkout* off',
    );
    expect(slackText(event({ ...toggled, type: 'configuration.update' }))).toMatch(
      'changed the configuration of flag *checkout* in *production*',
    );
    expect(slackText(event({ type: 'flag.constructor' }))).toBe(
      '*ada@example.com* changed flag *checkout* (flag.constructor), project *shop*',
    );
  });

  it('tells of what has been done to configurations, environments, members and invitations', () => {
    const told = (type: string, more: Partial<WebhookEvent> = {}) =>
      slackText(event({ type, ...more })).replace(/^\*ada@example\.com\* (.*), project \*shop\*$/, '$1');
    const production = { environment: 'production' };
    expect(told('configuration.restore', production)).toBe(
      'restored an earlier configuration of flag *checkout* in *production*',
    );
    expect(told('configuration.copy', { ...production, after: { source: { environment: 'staging' } } })).toBe(
      'replaced the configuration of flag *checkout* by that of *staging* in *production*',
    );
    expect(told('configuration.copy', production)).toMatch('by that of another environment in');
    const environment = { ...production, entity: { kind: 'environment', key: 'production' } };
    expect(told('environment.bump-epoch', environment)).toBe('began a new epoch of environment *production*');
    const member = { entity: { kind: 'member', key: 'b@example.com' }, after: { role: 'editor' } };
    expect(told('member.create', member)).toBe('added member *b@example.com* as editor');
    expect(told('member.update', member)).toBe('made member *b@example.com* editor');
    expect(told('member.delete', { ...member, after: null })).toBe('removed member *b@example.com*');
    const open = { role: 'viewer', email: 'b@example.com', token: 'secret-token' };
    const invitation = { entity: { kind: 'invitation', key: 'id-of-one' }, before: null, after: open };
    const gone = { ...invitation, before: open, after: null };
    expect(told('invitation.create', invitation)).toBe('invited *b@example.com* as viewer');
    expect(told('invitation.create', { ...invitation, after: { ...open, email: null } })).toBe(
      'invited somebody as viewer',
    );
    expect(told('invitation.update', invitation)).toBe('changed the invitation of *b@example.com*');
    expect(told('invitation.delete', gone)).toBe('took back the invitation of *b@example.com*');
    expect(told('invitation.accept', { ...gone, before: {} })).toBe('accepted an invitation');
    expect(told('sdk-key.rotate', { entity: { kind: 'sdk-key', key: 'S' } })).toBe('rotated SDK key *S*');
  });

  it('lets nobody write anything but text: no link, no mention, no line of its own', () => {
    expect(slackText(event({ actor: 'R&D <!channel>\n*x*' }))).toBe(
      '*R&amp;D &lt;!channel&gt; *x** changed flag *checkout*, project *shop*',
    );
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(text, text, text, text, (actor, key, project, environment) => {
        const said = slackText(event({ actor, project, environment, entity: { kind: 'flag', key } }));
        expect(said).not.toMatch(/[<>\n\r]|&(?!amp;|lt;|gt;)/);
      }),
    );
  });
});
