import { Problem } from '@fauna-flags/protocol';
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  type IDToken,
  ResponseBodyError,
  type UserInfoResponse,
} from 'openid-client';
import { BoundedWork } from '../bounded-work.ts';
import type { OidcFlow } from './oidc-flow.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** Whom the provider says somebody is. */
export interface OidcIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** In lower case; absent when the provider does not tell. */
  readonly email?: string;
  /** Whether the provider vouches for the address being theirs. */
  readonly emailVerified: boolean;
  readonly name?: string;
}

/** Why nobody was signed in: what the provider answered, or did not. */
export class OidcFailure extends Error {
  readonly code: 'denied' | 'expired' | 'unavailable' | 'failed';

  constructor(code: OidcFailure['code'], cause: unknown) {
    super(`Cannot sign in through the identity provider: ${textOf(cause)}`, { cause });
    this.name = 'OidcFailure';
    this.code = code;
  }
}

/** The provider, as sign-ins need it. Every request to it ends within five seconds; both reject with `OidcFailure`. */
export interface OidcClient {
  /** Where to send the browser. */
  begin(flow: Omit<OidcFlow, 'next' | 'endsAt'>): Promise<URL>;
  /** Whom the answer at `callback` is about. Everything that can be checked is: state, issuer, nonce, PKCE, signature. */
  finish(callback: URL, flow: Omit<OidcFlow, 'next' | 'endsAt'>): Promise<OidcIdentity>;
}

const timeoutSeconds = 5;
/** Its metadata is read again after so long: endpoints move. Its keys are looked after by the library. */
const metadataMs = 60 * 60 * 1000;
/** One that is away is asked again no sooner: anyone can make us ask. */
const retryMs = 2_000;
const clockToleranceSeconds = 30;

/** A client of one provider. Nothing is asked of it before the first sign-in, so that no start depends on it. */
export function createOidcClient({
  settings,
  redirectUri,
  now,
}: {
  readonly settings: OidcSettings;
  readonly redirectUri: string;
  readonly now: () => Date;
}): OidcClient {
  const work = new BoundedWork({ atOnceMax: 20, waitingMax: 100, what: 'ask the identity provider' });
  const known = metadata(settings, now);

  return {
    begin: ({ state, nonce, verifier }) =>
      guarded(work, async () =>
        buildAuthorizationUrl(await known(), {
          redirect_uri: redirectUri,
          response_type: 'code',
          scope: 'openid email profile',
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        }),
      ),

    finish: (callback, { state, nonce, verifier }) =>
      guarded(work, async () => {
        const configuration = await known();
        const tokens = await authorizationCodeGrant(configuration, callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('it gave no ID token');
        // Providers may keep what is not about signing in out of the token.
        const { userinfo_endpoint: more } = configuration.serverMetadata();
        const userInfo =
          claims.email === undefined && more !== undefined
            ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
            : {};
        return identityOf(claims, userInfo);
      }),
  };
}

function metadata(
  { issuer, clientId, clientSecret }: OidcSettings,
  now: () => Date,
): () => Promise<Configuration> {
  let latest: { readonly configuration: Promise<Configuration>; readonly goodUntil: number } | undefined;
  const execute = [
    // Not only TLS vouches for an ID token: its signature must be one of the provider's keys, so that "none" is none.
    enableNonRepudiationChecks,
    ...(issuer.startsWith('http:') ? [allowInsecureRequests] : []),
  ];
  return () => {
    const at = now().getTime();
    if (latest !== undefined && at < latest.goodUntil) return latest.configuration;
    const configuration = discovery(
      new URL(issuer),
      clientId,
      { client_secret: clientSecret, [clockTolerance]: clockToleranceSeconds },
      clientSecretAuth(clientSecret),
      { execute, timeout: timeoutSeconds },
    );
    const asked = { configuration, goodUntil: at + metadataMs };
    latest = asked;
    configuration.catch(() => {
      if (latest === asked) latest = { configuration, goodUntil: now().getTime() + retryMs };
    });
    return configuration;
  };
}

/** How the client shows its secret: in the header that is the default of the specification, unless only the body will do. */
function clientSecretAuth(clientSecret: string): ClientAuth {
  const basic = ClientSecretBasic(clientSecret);
  const post = ClientSecretPost(clientSecret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const onlyPost = !methods.includes('client_secret_basic') && methods.includes('client_secret_post');
    return (onlyPost ? post : basic)(server, ...rest);
  };
}

function identityOf(claims: IDToken, userInfo: Partial<UserInfoResponse>): OidcIdentity {
  const about = claims.email === undefined ? userInfo : claims;
  const { email, email_verified: emailVerified } = about;
  const name = claims.name ?? userInfo.name;
  return {
    issuer: claims.iss,
    subject: claims.sub,
    // Nothing but `true` is a promise: some say "true", and mean that nobody has looked.
    emailVerified: emailVerified === true,
    ...(typeof email === 'string' ? { email: email.trim().toLowerCase() } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  };
}

async function guarded<Result>(work: BoundedWork, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await work.run(ask);
  } catch (error) {
    throw new OidcFailure(codeOf(error), error);
  }
}

function codeOf(error: unknown): OidcFailure['code'] {
  if (error instanceof AuthorizationResponseError) {
    if (error.error === 'access_denied') return 'denied';
    return error.error === 'temporarily_unavailable' || error.error === 'server_error'
      ? 'unavailable'
      : 'failed';
  }
  // The code was used before, or has waited too long.
  if (error instanceof ResponseBodyError) return error.error === 'invalid_grant' ? 'expired' : 'failed';
  if (error instanceof ClientError) {
    const isAway = ['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM'].includes(
      error.code ?? '',
    );
    return isAway ? 'unavailable' : 'failed';
  }
  // What `fetch` throws when nobody answers.
  return error instanceof TypeError || isCrowded(error) ? 'unavailable' : 'failed';
}

function isCrowded(error: unknown): boolean {
  return error instanceof Problem && error.code === 'rate_limited';
}

/** What went wrong, without what was sent or received: there may be tokens in it. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something is wrong with its answer';
  const code = 'error' in error && typeof error.error === 'string' ? error.error : undefined;
  const inner = error.cause instanceof Error ? error.cause.message : undefined;
  return [code, error.message, inner]
    .filter((part) => part !== undefined && part !== '')
    .join(': ')
    .slice(0, 300);
}
