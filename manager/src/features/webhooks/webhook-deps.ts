import type { Egress } from '../../platform/egress/index.ts';
import type { WriteDeps } from '../publishing/index.ts';

/** What webhooks need of the world. */
export interface WebhookTools {
  readonly egress: Egress;
  /** What signing secrets are sealed under. */
  readonly secretKey: Uint8Array;
  /** The address of the dashboard, where somebody has said it. */
  readonly url: string | undefined;
  /** A webhook itself was changed: the dispatcher looks soon, even where it has found nobody to tell. Never throws. */
  wake(): void;
}

/** What use cases of webhooks need of the world. */
export interface WebhookDeps extends WriteDeps {
  readonly webhooks: WebhookTools;
}
