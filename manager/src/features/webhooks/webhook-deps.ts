import type { Egress } from '../../platform/egress/index.ts';
import type { WriteDeps } from '../publishing/index.ts';

/** What webhooks need of the world. */
export interface WebhookTools {
  readonly egress: Egress;
  /** What signing secrets are sealed under. */
  readonly secretKey: Uint8Array;
  /** The address of the dashboard, where somebody has said it. */
  readonly url: string | undefined;
  /** There may be something to send: look at once. Never throws. */
  nudge(): void;
}

/** What use cases of webhooks need of the world. */
export interface WebhookDeps extends WriteDeps {
  readonly webhooks: WebhookTools;
}
