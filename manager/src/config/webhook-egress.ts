import { sharedSettings } from '@fauna-flags/bearer/node';
import { z } from 'zod';
import type { EgressOptions } from '../platform/egress/index.ts';
import { yesOrNo } from './setting-forms.ts';

/** The variables that say where webhooks may lead; `webhookEgressIn` reads them. */
export const webhookSettings = z.object({
  FAUNA_WEBHOOKS_INSECURE: yesOrNo,
  // The same form as the list of proxies: addresses and ranges.
  FAUNA_WEBHOOKS_NETWORKS: sharedSettings.trustedProxies,
});

/** Where webhooks may lead, as settings say it. */
export function webhookEgressIn(values: z.output<typeof webhookSettings>): EgressOptions {
  return {
    isInsecure: values.FAUNA_WEBHOOKS_INSECURE ?? false,
    networks: values.FAUNA_WEBHOOKS_NETWORKS ?? (() => false),
  };
}
