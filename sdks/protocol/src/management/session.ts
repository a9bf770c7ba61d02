import * as z from 'zod';
import { nameSchema, timeSchema } from './text.ts';
import { factorCodeSchema } from './two-factor.ts';

/** How long a password may be. Long enough to be a sentence, short enough that hashing it costs nothing more. */
export const passwordLengths = { min: 12, max: 128 } as const;

/** An e-mail address as people type it; kept without the spaces around it and in lower case. */
export const emailSchema = z
  .string()
  .max(254)
  .trim()
  .toLowerCase()
  .pipe(z.email('must be an e-mail address like ada@example.com'));

/** A password that somebody chooses. */
export const passwordSchema = z.string().min(passwordLengths.min).max(passwordLengths.max);

/** Body of `POST /owner`: who the first owner is, and the token of the one-time link that lets them be it. */
export const createOwnerSchema = z
  .strictObject({
    token: z.string().max(200).optional().describe('Absent when the request carries an API token instead.'),
    name: nameSchema,
    email: emailSchema,
    password: passwordSchema,
  })
  .meta({
    id: 'CreateOwner',
    examples: [
      {
        token: 'the token of the one-time link',
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        password: 'a poetical science, 1843',
      },
    ],
  });
export type CreateOwner = z.infer<typeof createOwnerSchema>;

/** Answer of `GET /owner`: whether the first owner has ever been created. */
export const ownerSchema = z
  .object({ exists: z.boolean() })
  .meta({ id: 'Owner', examples: [{ exists: true }] });
export type Owner = z.infer<typeof ownerSchema>;

/** Body of `POST /session`. */
export const signInSchema = z
  .strictObject({
    email: emailSchema,
    password: z.string().min(1).max(passwordLengths.max),
    code: factorCodeSchema
      .optional()
      .describe(
        'The second factor, where the user has one: a code of their authenticator app, or a recovery code.',
      ),
  })
  .meta({ id: 'SignIn', examples: [{ email: 'ada@example.com', password: 'a poetical science, 1843' }] });
export type SignIn = z.infer<typeof signInSchema>;

/** A user as answers carry them. */
export const userSchema = z.object({ id: z.string(), name: z.string(), email: z.string() }).meta({
  id: 'User',
  examples: [{ id: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a06', name: 'Ada Lovelace', email: 'ada@example.com' }],
});
export type User = z.infer<typeof userSchema>;

/** A session as answers carry it; its token is in the cookie alone. */
export const sessionSchema = z
  .object({
    user: userSchema,
    expiresAt: timeSchema.describe(
      'When it ends unless it is used before; using it moves this on, but never beyond the end it was born with.',
    ),
  })
  .meta({
    id: 'Session',
    examples: [
      {
        user: { id: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a06', name: 'Ada Lovelace', email: 'ada@example.com' },
        expiresAt: '2026-03-04T16:05:12.000Z',
      },
    ],
  });
export type Session = z.infer<typeof sessionSchema>;

/** Answer of `GET /sign-in`: which ways in there are. */
export const signInWaysSchema = z.object({
  password: z.boolean(),
  /** The identity provider, as the button calls it; null where none is set up. */
  oidc: z.object({ name: z.string() }).nullable(),
});
export type SignInWays = z.infer<typeof signInWaysSchema>;

/**
 * Why a way through an identity provider has ended at the sign-in page: its `error` in the query. `denied`: the person or the
 * provider said no. `expired`: it took too long, or was not begun in this browser. `unavailable`: the provider does not
 * answer. `no_account`: nobody here has this e-mail address. `email_not_verified`: the provider does not vouch for it.
 * `failed`: the provider's answer is not good, which the log tells more of.
 */
export const signInErrors = [
  'denied',
  'expired',
  'unavailable',
  'no_account',
  'email_not_verified',
  'failed',
] as const;
export type SignInError = (typeof signInErrors)[number];
