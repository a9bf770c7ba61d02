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
    expect(slackText(event({ type: 'flag.constructor' }))).toMatch('did flag.constructor to flag *checkout*');
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
