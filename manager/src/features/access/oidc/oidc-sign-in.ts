import type { SignInError } from '@fauna-flags/protocol';
import type { Log } from '../../../platform/http/index.ts';
import type { WriteDeps } from '../../publishing/index.ts';
import type { SessionCookie } from '../session-cookie.ts';
import type { Admitted } from '../sign-in.ts';
import { findOidcUser } from './find-oidc-user.ts';
import { createOidcClient, OidcFailure } from './oidc-client.ts';
import { flowCookie, type OidcFlow, oidcFlowMs, readFlow } from './oidc-flow.ts';
import { type OidcSettings, oidcCallbackPath } from './oidc-settings.ts';
import { ownPath } from './own-path.ts';

/** Signing in through an identity provider. What goes wrong is an outcome, and nothing that a browser could do is thrown. */
export interface OidcSignIn {
  /** What the button says. */
  readonly name: string;
  readonly cookie: SessionCookie;
  /** Sends somebody to the provider, who wants to go to `next` then. */
  begin(
    next: string | undefined,
  ): Promise<{ readonly location: string; readonly setCookie: string } | { readonly error: SignInError }>;
  /**
   * Takes somebody in whom the provider has sent back. `value` is what their cookie holds, `search` what they come with.
   * `isRunning` tells that this was the answer to something else, so that the flow in the cookie still waits for its own.
   */
  finish(came: {
    readonly search: string;
    readonly value: string | undefined;
    readonly address: string;
  }): Promise<
    | (Admitted & { readonly next: string })
    | { readonly error: SignInError; readonly next: string; readonly isRunning?: boolean }
  >;
}

/** Signing in through a provider. `key` seals what waits in the browser, `url` is where browsers reach this installation. */
export function createOidcSignIn({
  settings,
  url,
  key,
  cookie,
  log,
  ...deps
}: WriteDeps & {
  readonly settings: OidcSettings;
  readonly url: string;
  readonly key: Uint8Array;
  readonly cookie: SessionCookie;
  readonly log: Pick<Log, 'warn'>;
}): OidcSignIn {
  const { now, randomBytes } = deps;
  const redirectUri = `${url}/api/v1${oidcCallbackPath}`;
  const client = createOidcClient({ settings, redirectUri, now });
  const random = () => Buffer.from(randomBytes(32)).toString('base64url');

  function tell(failure: unknown): SignInError {
    if (!(failure instanceof OidcFailure)) throw failure;
    log.warn({ issuer: settings.issuer, code: failure.code }, failure.message);
    return failure.code;
  }

  return {
    name: settings.name,
    cookie,

    async begin(next) {
      const flow: OidcFlow = {
        state: random(),
        nonce: random(),
        verifier: random(),
        next: ownPath(next),
        endsAt: now().getTime() + oidcFlowMs,
      };
      try {
        const location = await client.begin(flow);
        return { location: location.href, setCookie: flowCookie(key, cookie, flow) };
      } catch (error) {
        return { error: tell(error) };
      }
    },

    async finish({ search, value, address }) {
      const flow = value === undefined ? undefined : readFlow(key, value, now());
      const callback = new URL(redirectUri);
      callback.search = search;
      // Another answer than the one to what this browser has asked for: no request is made for it.
      if (flow === undefined || callback.searchParams.get('state') !== flow.state) {
        return { error: 'expired', next: flow?.next ?? '/', isRunning: flow !== undefined };
      }
      const { next } = flow;
      try {
        const identity = await client.finish(callback, flow);
        const found = await findOidcUser(deps, { identity, address });
        if ('user' in found) return { ...found, next };
        log.warn(
          { issuer: identity.issuer, subject: identity.subject, code: found.refused },
          'Somebody whom the identity provider knows has no account here',
        );
        return { error: found.refused, next };
      } catch (error) {
        return { error: tell(error), next };
      }
    },
  };
}
