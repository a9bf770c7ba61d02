/** The identity provider that an installation lets people sign in through. */
export interface OidcSettings {
  /** Its issuer identifier, to the letter: what it calls itself in its metadata and in ID tokens. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button says after "Continue with". */
  readonly name: string;
}

/** Where the provider sends people back to, below `/api/v1`. */
export const oidcCallbackPath = '/sign-in/oidc/callback';
