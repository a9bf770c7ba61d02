import { disableWebhook } from './change-webhook.ts';
import { concludeTry } from './conclude-try.ts';
import { eventOf } from './event.ts';
import { nextDue } from './lease.ts';
import { send } from './send.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/** As many are sent to one webhook before others that wait get their turn. */
const sentInTurn = 20;
/** No send begins in a turn that has taken longer: slow targets may not keep all lanes to themselves. */
const turnMs = 10_000;

/** Whoever disables what has failed for too long, as the audit trail tells of it. */
const dispatcherActor = { name: 'webhooks', address: '' } as const;

/**
 * Sends what is due at a webhook that `holder` has leased, the oldest first, one after another. Answers whether there may be
 * more. A send that is cut off by the signal is not written down: another manager makes it again.
 */
export async function sendDue(
  deps: WebhookDeps,
  {
    id,
    holder,
    random,
    signal,
  }: {
    readonly id: string;
    readonly holder: string;
    readonly random: () => number;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const endMs = performance.now() + turnMs;
  for (let sends = 0; sends < sentInTurn && performance.now() < endMs; sends += 1) {
    const due = signal.aborted ? undefined : await nextDue(deps.database, { id, holder });
    if (due === undefined) return false;
    const { webhook, delivery, entry, project, at } = due;
    const event = eventOf(entry, { project, url: deps.webhooks.url });
    const sent = await send(deps.webhooks, {
      webhook,
      deliveryId: delivery.id,
      event,
      at,
      signal,
    });
    if (sent.outcome === 'cancelled') return false;
    const { isHeld, disable } = await concludeTry(deps.database, {
      delivery,
      sent,
      holder,
      random,
    });
    if (disable !== undefined) await disableWebhook(deps, { actor: dispatcherActor, project, id }, disable);
    if (!isHeld || disable !== undefined) return false;
  }
  return true;
}
