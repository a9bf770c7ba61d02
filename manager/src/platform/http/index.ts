export { answerHeaders } from './answer-headers.ts';
export {
  type ApiEnv,
  authenticate,
  type LiveSession,
  type SessionSource,
  tokenCheck,
} from './authenticate.ts';
export { readBody } from './body.ts';
export { readConfirm, requireConfirm } from './confirm.ts';
export { type EnvironmentScope, readEnvironmentScope } from './environment-scope.ts';
export { forRequest, type IdempotentRequest } from './idempotent.ts';
export { badParameter, type ListRequest, pageOf, readListRequest, readQueryText } from './list.ts';
export { refuseOtherMethods } from './method-not-allowed.ts';
export { refuseForeignSite } from './own-site.ts';
export { isKey, isUuid, pathKey } from './path-key.ts';
export { type Log, problemResponse, toProblem } from './problem-response.ts';
export { clientAddress, ownOrigin, type Placement } from './request-source.ts';
export { requireUnchanged } from './require-unchanged.ts';
export { type IfMatch, readIfMatch, requireRevision, resourceResponse } from './revision.ts';
export { noTrustedProxies, parseTrustedProxies, type TrustedProxies } from './trusted-proxies.ts';
