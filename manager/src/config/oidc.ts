import { absentWhenEmpty } from '@fauna-flags/bearer/node';
import { z } from 'zod';
import type { OidcSettings } from '../features/access/index.ts';
import { visibleAscii } from './setting-forms.ts';

/** What a provider calls itself: an address, to the letter. Only on this very machine may it be one without TLS. */
const issuer = z
  .string()
  .max(500)
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return false;
    const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal);
  }, 'must be the address of an issuer like https://id.example.com, without what comes after /.well-known');

const provider = {
  FAUNA_OIDC_ISSUER: absentWhenEmpty(issuer.optional()),
  FAUNA_OIDC_CLIENT_ID: absentWhenEmpty(visibleAscii.max(500).optional()),
  FAUNA_OIDC_CLIENT_SECRET: absentWhenEmpty(
    z
      .string()
      .max(2000)
      .regex(/^[\x20-\x7e]+$/, 'must be ASCII characters')
      .optional(),
  ),
  FAUNA_OIDC_NAME: absentWhenEmpty(
    z
      .string()
      .max(60, 'must have at most 60 characters')
      .regex(/\S/, 'must hold more than white space')
      .optional(),
  ),
};

/** What a provider cannot do without: all of it, or none. */
const wanted = [
  'FAUNA_OIDC_ISSUER',
  'FAUNA_OIDC_CLIENT_ID',
  'FAUNA_OIDC_CLIENT_SECRET',
  'FAUNA_URL',
] as const;

/** The variables that an identity provider is written in; `oidcIn` reads them. */
export const oidcSettings = z
  .object({
    ...provider,
    // Judged with the rest of the address; here it is only asked whether there is one to come back to.
    FAUNA_URL: absentWhenEmpty(z.string().optional()),
  })
  .superRefine((values, context) => {
    const { FAUNA_URL: _, ...ofProvider } = values;
    if (Object.values(ofProvider).every((value) => value === undefined)) return;
    for (const name of wanted.filter((each) => values[each] === undefined)) {
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `must be set: signing in through a provider takes ${wanted.join(', ')}`,
      });
    }
  });

/** The identity provider that settings name, if any. */
export function oidcIn(values: z.output<typeof oidcSettings>): OidcSettings | undefined {
  const {
    FAUNA_OIDC_ISSUER: issuer,
    FAUNA_OIDC_CLIENT_ID: clientId,
    FAUNA_OIDC_CLIENT_SECRET: clientSecret,
    FAUNA_OIDC_NAME: name,
  } = values;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { issuer, clientId, clientSecret, name: name ?? new URL(issuer).host };
}
