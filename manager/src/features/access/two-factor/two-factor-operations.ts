import {
  factorCodeBodySchema,
  Problem,
  recoveryCodesSchema,
  removeTwoFactorSchema,
  setUpTwoFactorSchema,
  twoFactorSchema,
  twoFactorSetupSchema,
} from '@fauna-flags/protocol';
import type { Context } from 'hono';
import {
  type ApiEnv,
  clientAddress,
  get,
  type Operation,
  type Placement,
  post,
  remove,
} from '../../../platform/http/index.ts';
import type { Access } from '../access.ts';
import { giveCookies, sessionOf, visitorOf } from '../answers.ts';
import type { Admitted } from '../sign-in.ts';
import type { OwnFactor } from './two-factors.ts';

/** What the operations of second factors need. */
export interface TwoFactorOperationsDeps {
  readonly access: Pick<Access, 'twoFactors' | 'requirePassword' | 'signInAs'>;
  readonly placement: Placement;
}

/** `/account/two-factor`: one's own second factor; and `DELETE /users/:user/two-factor`, for somebody who has lost theirs. */
export function twoFactorOperations({ access, placement }: TwoFactorOperationsDeps): readonly Operation[] {
  const { twoFactors } = access;

  /** Every session of the user is over by now, this one too; its browser goes on in a new one. */
  async function goOn(c: Context<ApiEnv>, admitted: Admitted, response: Response): Promise<Response> {
    return giveCookies(response, await access.signInAs(admitted, visitorOf(c, placement)));
  }

  return [
    get(
      '/account/two-factor',
      {
        id: 'getTwoFactor',
        summary: 'tell whether signing in takes a second factor',
        needs: 'session',
        answer: twoFactorSchema,
      },
      ({ c }) => twoFactors.read(ownFactor(c).user.id),
    ),
    post(
      '/account/two-factor',
      {
        id: 'setUpTwoFactor',
        summary: 'set up a second factor',
        description:
          'Answers the secret for an authenticator app (RFC 6238). It is not asked for until a code has confirmed it.',
        needs: 'session',
        body: setUpTwoFactorSchema,
        isKept: false,
        status: 201,
        answer: twoFactorSetupSchema,
        problems: ['rate_limited'],
      },
      async ({ c, body }) => {
        const { user } = ownFactor(c);
        const address = clientAddress(c, placement);
        await access.requirePassword({ user, password: body.password, address });
        return twoFactors.setUp(user);
      },
    ),
    post(
      '/account/two-factor/confirm',
      {
        id: 'confirmTwoFactor',
        summary: 'confirm a second factor',
        description:
          'With the first code of the app. Answers recovery codes, this one time. Every session of the user ends, and this browser gets a new one.',
        needs: 'session',
        body: factorCodeBodySchema,
        isKept: false,
        status: 200,
        answer: recoveryCodesSchema,
        problems: ['rate_limited'],
      },
      async ({ c, body }) => {
        const own = ownFactor(c);
        const { recoveryCodes, sessionEpoch } = await twoFactors.confirm(own, body.code);
        return goOn(c, { user: own.user, sessionEpoch }, c.json({ recoveryCodes }));
      },
    ),
    post(
      '/account/two-factor/recovery-codes',
      {
        id: 'renewRecoveryCodes',
        summary: 'make new recovery codes',
        description:
          'With a code. Those before are worth nothing any more. Every session of the user ends, and this browser gets a new one.',
        needs: 'session',
        body: factorCodeBodySchema,
        isKept: false,
        status: 200,
        answer: recoveryCodesSchema,
        problems: ['rate_limited'],
      },
      async ({ c, body }) => {
        const own = ownFactor(c);
        await twoFactors.spend(own, body.code);
        const { recoveryCodes, sessionEpoch } = await twoFactors.renewRecoveryCodes(own);
        return goOn(c, { user: own.user, sessionEpoch }, c.json({ recoveryCodes }));
      },
    ),
    remove(
      '/account/two-factor',
      {
        id: 'disableTwoFactor',
        summary: 'take one’s own second factor away',
        description:
          'With the password, or with a code. Every session of the user ends, and this browser gets a new one.',
        needs: 'session',
        isConditional: false,
        body: removeTwoFactorSchema,
        isKept: false,
        problems: ['rate_limited'],
      },
      async ({ c, body }) => {
        const own = ownFactor(c);
        const { user, actor } = own;
        if ('password' in body) {
          await access.requirePassword({ user, password: body.password, address: actor.address });
        } else {
          await twoFactors.spend(own, body.code);
        }
        const { sessionEpoch } = await twoFactors.disable(own);
        return goOn(c, { user, sessionEpoch }, c.body(null, 204));
      },
    ),
    remove(
      '/users/:user/two-factor',
      {
        id: 'takeTwoFactorAway',
        summary: 'take the second factor of somebody away who has lost it',
        description: 'Every session of theirs is ended; from then on their password alone signs them in.',
        needs: 'user.write',
        isConditional: false,
      },
      async ({ c, scope }) => {
        // Ids are compared by what they say, as the database does.
        if (c.get('principal').user?.id === scope.user.toLowerCase()) {
          throw new Problem(
            'forbidden',
            'Cannot take your own second factor away like this: DELETE /account/two-factor takes your password or a code',
          );
        }
        await twoFactors.takeAway(scope.user, scope.actor);
      },
    ),
  ];
}

function ownFactor(c: Context<ApiEnv>): OwnFactor {
  const { id: sessionId, user } = sessionOf(c);
  return { user, actor: c.get('principal').actor, sessionId };
}
