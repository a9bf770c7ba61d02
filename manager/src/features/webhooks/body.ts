import type { WebhookEvent, WebhookFormat } from '@fauna-flags/protocol';
import { slackText } from './slack-text.ts';

/** Many receivers take no more; a configuration with long lists of keys is larger. */
const bodyBytesMax = 256 * 1024;

/** The body of a delivery. What is too large for receivers goes without the resource: they can read it. */
export function bodyOf(event: WebhookEvent, format: WebhookFormat): string {
  switch (format) {
    case 'slack':
      return JSON.stringify({ text: slackText(event) });
    case 'json': {
      const body = JSON.stringify(event);
      if (Buffer.byteLength(body) <= bodyBytesMax) return body;
      return JSON.stringify({ ...event, before: null, after: null, isShortened: true });
    }
  }
}
