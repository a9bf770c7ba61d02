import type { WebhookEvent } from '@fauna-flags/protocol';
import type { Sent } from '../../platform/egress/index.ts';
import { bodyOf } from './body.ts';
import { secretsOf, signatureOf } from './signing-secret.ts';
import type { WebhookRow } from './webhook.ts';
import type { WebhookTools } from './webhook-deps.ts';

/** One try to deliver an event; signed with the time of this try. Never rejects. */
export async function send(
  { egress, secretKey }: Pick<WebhookTools, 'egress' | 'secretKey'>,
  {
    webhook,
    deliveryId,
    event,
    at,
    signal,
  }: {
    readonly webhook: WebhookRow;
    readonly deliveryId: string;
    readonly event: WebhookEvent;
    readonly at: Date;
    readonly signal?: AbortSignal;
  },
): Promise<Sent> {
  const secrets = readSecrets(webhook, secretKey, at);
  if (secrets === undefined) return { outcome: 'failed', reason: unreadable, durationMs: 0 };
  const body = bodyOf(event, webhook.format);
  return egress.post({
    url: webhook.url,
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Fauna',
      'fauna-event': event.type,
      'fauna-delivery': deliveryId,
      'fauna-signature': signatureOf(secrets, body, at),
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

const unreadable = 'its secret cannot be opened, since FAUNA_SECRET is another one now: rotate it';

function readSecrets(webhook: WebhookRow, secretKey: Uint8Array, at: Date): readonly string[] | undefined {
  try {
    return secretsOf(webhook, secretKey, at);
  } catch {
    return undefined;
  }
}

/** What the log of deliveries says about a try. */
export function resultOf(sent: Sent): {
  readonly isDelivered: boolean;
  readonly durationMs: number;
  readonly httpStatus: number | null;
  readonly reason: string | null;
} {
  const { durationMs } = sent;
  switch (sent.outcome) {
    case 'answered': {
      const { status: httpStatus } = sent;
      const isDelivered = httpStatus >= 200 && httpStatus < 300;
      const isRedirect = httpStatus >= 300 && httpStatus < 400;
      const reason = isRedirect ? 'redirects are not followed' : `it was answered with ${httpStatus}`;
      return { isDelivered, durationMs, httpStatus, reason: isDelivered ? null : reason };
    }
    case 'failed':
      return { isDelivered: false, durationMs, httpStatus: null, reason: sent.reason };
    case 'cancelled':
      return { isDelivered: false, durationMs, httpStatus: null, reason: 'it was cut off' };
  }
}
