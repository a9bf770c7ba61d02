import { absentWhenEmpty, sharedSettings } from '@fauna-flags/bearer/node';
import { z } from 'zod';
import { noTrustedProxies, type TrustedProxies } from '../platform/http/index.ts';

/** Where a manager is, and whom it believes about where others are. */
export interface Address {
  readonly port: number;
  readonly host: string;
  /** The origin under which browsers reach Fauna, where it is not the one that it listens on. */
  readonly url: string | undefined;
  /** Whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: TrustedProxies;
}

const origin = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && `${url.origin}/` === url.href && /^https?:$/.test(url.protocol);
  if (isOrigin) return url.origin;
  context.addIssue({
    code: 'custom',
    message: 'must be an address like https://flags.example.com, without a path',
  });
  return z.NEVER;
});

/** The variables that it is written in; `addressIn` reads them. */
export const addressSettings = z.object({
  PORT: sharedSettings.port(3000),
  HOST: sharedSettings.host,
  FAUNA_URL: absentWhenEmpty(origin.optional()),
  TRUSTED_PROXIES: sharedSettings.trustedProxies,
});

/** The address that settings name. */
export function addressIn(values: z.output<typeof addressSettings>): Address {
  return {
    port: values.PORT,
    host: values.HOST,
    url: values.FAUNA_URL,
    trustedProxies: values.TRUSTED_PROXIES ?? noTrustedProxies,
  };
}
