import * as z from 'zod';

/** A code of an authenticator app, six digits, or a recovery code; as people type it, with spaces and dashes or without. */
export const factorCodeSchema = z.string().min(1).max(64);

/** The password of whoever is signed in, asked for again. Any text is good here: a wrong one is told apart later. */
const ownPasswordSchema = z.string().min(1).max(128);

/** Answer of `GET /account/two-factor`. */
export const twoFactorSchema = z
  .object({
    enabled: z.boolean().describe('Whether signing in takes a code besides the password.'),
    recoveryCodesLeft: z.number().int(),
  })
  .meta({ id: 'TwoFactor', examples: [{ enabled: true, recoveryCodesLeft: 10 }] });
export type TwoFactor = z.infer<typeof twoFactorSchema>;

/** Body of `POST /account/two-factor`: the password once more. */
export const setUpTwoFactorSchema = z
  .strictObject({ password: ownPasswordSchema })
  .meta({ id: 'SetUpTwoFactor', examples: [{ password: 'a poetical science, 1843' }] });
export type SetUpTwoFactor = z.infer<typeof setUpTwoFactorSchema>;

/** Its answer: what the authenticator app must know. Nothing is asked for at sign-in until a code has confirmed it. */
export const twoFactorSetupSchema = z
  .object({
    secret: z.string().describe('The shared secret in base32, for apps that cannot see.'),
    uri: z.string().describe('The same as an `otpauth://` address, for a QR code.'),
  })
  .meta({
    id: 'TwoFactorSetup',
    examples: [
      {
        secret: 'JBSWY3DPEHPK3PXP',
        uri: 'otpauth://totp/Fauna:ada@example.com?secret=JBSWY3DPEHPK3PXP&issuer=Fauna',
      },
    ],
  });
export type TwoFactorSetup = z.infer<typeof twoFactorSetupSchema>;

/** Body of `POST /account/two-factor/confirm` and of `POST /account/two-factor/recovery-codes`. */
export const factorCodeBodySchema = z
  .strictObject({ code: factorCodeSchema })
  .meta({ id: 'FactorCodeBody', examples: [{ code: '287 082' }] });
export type FactorCodeBody = z.infer<typeof factorCodeBodySchema>;

/** Their answer: codes that each stand for the app once. They are shown this one time. */
export const recoveryCodesSchema = z
  .object({ recoveryCodes: z.array(z.string()) })
  .meta({ id: 'RecoveryCodes', examples: [{ recoveryCodes: ['7kq4-9m2x-c3vd', 'p8tn-4hwz-6r2j'] }] });
export type RecoveryCodes = z.infer<typeof recoveryCodesSchema>;

/** Body of `DELETE /account/two-factor`: the password, or a code. */
export const removeTwoFactorSchema = z
  .union([setUpTwoFactorSchema, factorCodeBodySchema], 'must hold either the password or a code')
  .meta({ id: 'RemoveTwoFactor' });
export type RemoveTwoFactor = z.infer<typeof removeTwoFactorSchema>;
