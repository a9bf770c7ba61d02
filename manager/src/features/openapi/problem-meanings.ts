import type { ProblemCode, ProblemExtras } from '@fauna-flags/protocol';

/** What each code tells a program, in a sentence. */
export const problemMeanings: Readonly<Record<ProblemCode, string>> = {
  invalid: 'The request is not of the form that it must have; `errors` names each field that is wrong.',
  unauthorized: 'Nobody is known by this token or session.',
  two_factor_required: 'The password is right, and the account also wants the code of a second factor.',
  forbidden: 'The sender is known, and may not do this.',
  origin_not_allowed: 'The SDK key does not take requests from this origin.',
  context_refused: 'The context is not signed as the environment demands.',
  not_found: 'There is no such thing, or none that the sender may know of.',
  method_not_allowed: 'The path takes other methods, which `Allow` names.',
  key_taken: 'Another one has this key already.',
  in_use: 'Others hold on to it; `usedBy` names them.',
  still_on: 'The flag is still on somewhere, or not archived.',
  last_owner: 'Nobody else is an owner of the installation: somebody else must become one first.',
  account_exists: 'There is an account with this e-mail address: its owner signs in instead.',
  owner_exists: 'The first owner has been created already.',
  stale_revision: 'It was changed meanwhile; `current` is how it is now.',
  too_large: 'The body is larger than one mebibyte.',
  unsupported_media_type: 'The body is not plain JSON.',
  unprocessable: 'The request is well-formed, but cannot be: it names what is not there, or does not fit.',
  revision_required: 'The change must say in `If-Match` which revision it was made with.',
  confirm: 'The environment wants its changes confirmed by `X-Confirm`.',
  rate_limited: 'Too much was asked in a short time.',
  internal: 'Something unexpected happened, and it was logged.',
  not_ready: 'Not ready to answer yet, or not any more.',
  retryable: 'The database cannot be reached just now; the same request may do later.',
};

/** What each code looks like. */
export const problemExamples: Readonly<Record<ProblemCode, { readonly detail: string } & ProblemExtras>> = {
  invalid: {
    detail: 'Cannot accept the request: "name" must not be empty',
    errors: [{ path: 'name', message: 'must not be empty' }],
  },
  unauthorized: {
    detail:
      'Cannot answer without a valid token or session: sign in, or send "Authorization: Bearer <token>"',
  },
  two_factor_required: { detail: 'Cannot sign in without the code of the second factor: send "code"' },
  forbidden: { detail: 'Cannot create a flag: this takes an editor of project "shop", and you are a viewer' },
  origin_not_allowed: { detail: 'Cannot answer the origin "https://example.org": the key does not allow it' },
  context_refused: { detail: 'Cannot accept the context: it must be signed' },
  not_found: { detail: 'Cannot find flag "google-pay" in project "shop"' },
  method_not_allowed: { detail: 'Cannot POST here: allowed are GET, HEAD' },
  key_taken: { detail: 'Cannot create flag "google-pay": the key is taken in project "shop"' },
  in_use: {
    detail: 'Cannot delete audience "students": it is in use',
    usedBy: [{ kind: 'flag', key: 'google-pay' }],
  },
  still_on: { detail: 'Cannot delete flag "google-pay": archive it first' },
  last_owner: {
    detail: 'Cannot delete user "ada@example.com": nobody else is an owner; make somebody else one first',
  },
  account_exists: {
    detail: 'Cannot make an account for "ada@example.com": there is one. Sign in, and open the link again',
  },
  owner_exists: { detail: 'Cannot create the first owner: there is one' },
  stale_revision: {
    detail:
      'Cannot change project "shop": it is at revision 2 now, the request was made for 1: read it again and send If-Match: "2"',
    current: { key: 'shop', name: 'Shop', revision: 2 },
  },
  too_large: { detail: 'Cannot read the body: it is larger than 1048576 bytes' },
  unsupported_media_type: { detail: 'Cannot read the body: expected it without a Content-Encoding' },
  unprocessable: {
    detail: 'Cannot create audience "students": "match.conditions[0].attribute" names no attribute',
    errors: [{ path: 'match.conditions[0].attribute', message: 'names no attribute of the project' }],
  },
  revision_required: {
    detail: 'Cannot change project "shop" without a revision: send If-Match: "2", or If-Match: * for any',
  },
  confirm: { detail: 'Cannot change environment "production" without X-Confirm: production' },
  rate_limited: { detail: 'Cannot sign in just now: try again in 8 s' },
  internal: { detail: 'Cannot answer: something unexpected happened, and it was logged' },
  not_ready: { detail: 'Cannot open another live feed: this process is about to end' },
  retryable: { detail: 'Cannot reach the database just now: try again' },
};
