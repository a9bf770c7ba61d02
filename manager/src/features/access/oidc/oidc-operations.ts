import { Problem, signInWaysSchema } from '@fauna-flags/protocol';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import {
  type ApiEnv,
  get,
  type Operation,
  type Placement,
  textParameter,
} from '../../../platform/http/index.ts';
import type { Access } from '../access.ts';
import { giveCookies, visitorOf } from '../answers.ts';
import { endFormerSession } from '../end-former-session.ts';
import { forgetCookie } from '../session-cookie.ts';
import { oidcCallbackPath } from './oidc-settings.ts';
import type { OidcSignIn } from './oidc-sign-in.ts';
import { ownPath } from './own-path.ts';

/** What the operations of sign-ins through a provider need. */
export interface OidcOperationsDeps {
  readonly access: Pick<Access, 'oidc' | 'sessions' | 'signInAs'>;
  readonly placement: Placement;
}

/** `GET /sign-in`: which ways in there are; and the way through an identity provider, there and back. */
export function oidcOperations({ access, placement }: OidcOperationsDeps): readonly Operation[] {
  return [
    get(
      '/sign-in',
      {
        id: 'getSignInWays',
        summary: 'tell how one can sign in',
        needs: 'anyone',
        answer: signInWaysSchema,
      },
      () => ({ password: true, oidc: access.oidc === undefined ? null : { name: access.oidc.name } }),
    ),
    get(
      '/sign-in/oidc',
      {
        id: 'beginOidcSignIn',
        summary: 'go to the identity provider',
        description:
          'For browsers: sends to the provider, or to the sign-in page with an `error` when it cannot be reached.',
        needs: 'anyone',
        query: { next: textParameter('The page of the dashboard to go to then.') },
        status: 302,
        problems: ['not_found'],
      },
      async ({ c, query }) => {
        const begun = await oidcOf(access).begin(query.next);
        if ('error' in begun) return c.redirect(signInPage(begun.error, ownPath(query.next)));
        c.header('Set-Cookie', begun.setCookie);
        return c.redirect(begun.location);
      },
    ),
    get(
      oidcCallbackPath,
      {
        id: 'finishOidcSignIn',
        summary: 'come back from the identity provider',
        description:
          'For browsers that the provider sends back: begins a session and goes on to the dashboard, or to the sign-in page with an `error`.',
        needs: 'anyone',
        status: 302,
        problems: ['not_found'],
      },
      async ({ c }) => {
        const oidc = oidcOf(access);
        const visitor = visitorOf(c, placement);
        const finished = await oidc.finish({
          search: new URL(c.req.url).search,
          value: getCookie(c, oidc.cookie.name),
          address: visitor.address,
        });
        // It was good for one answer, whatever that said; any page can send a browser here with one that is none.
        const forgetFlow = forgetCookie(oidc.cookie);
        if ('error' in finished) {
          const { error, next, isRunning = false } = finished;
          return go(c, signInPage(error, next), isRunning ? [] : [forgetFlow]);
        }
        const signedIn = await access.signInAs(finished, visitor).catch(overtaken);
        if (signedIn === undefined) return go(c, signInPage('expired', finished.next), [forgetFlow]);
        const { setCookies } = signedIn;
        await endFormerSession(access.sessions, c.req.raw.headers);
        return go(c, finished.next, [forgetFlow, ...setCookies]);
      },
    ),
  ];
}

function oidcOf({ oidc }: Pick<Access, 'oidc'>): OidcSignIn {
  if (oidc === undefined) {
    throw new Problem('not_found', 'Cannot sign in through an identity provider: none is set up here');
  }
  return oidc;
}

/** Nothing where every session of theirs was ended while the provider was asked. */
function overtaken(error: unknown): undefined {
  if (!(error instanceof Problem) || error.code !== 'unauthorized') throw error;
}

function go(c: Context<ApiEnv>, where: string, setCookies: readonly string[]): Response {
  return giveCookies(c.redirect(where), { setCookies });
}

function signInPage(error: string, next: string | undefined): string {
  const query = new URLSearchParams({ error, ...(next === undefined || next === '/' ? {} : { next }) });
  return `/sign-in?${query}`;
}
