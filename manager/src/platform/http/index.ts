export { answerHeaders } from './answer-headers.ts';
export {
  type ApiEnv,
  authenticate,
  type LiveSession,
  type PrincipalSource,
  type SessionSource,
  tokenCheck,
} from './authenticate.ts';
export { requireConfirm } from './confirm.ts';
export type { EnvironmentScope } from './environment-scope.ts';
export { type Findings, findings } from './findings.ts';
export { forRequest, type IdempotentRequest } from './idempotent.ts';
export { type ListRequest, pageOf, pageWith } from './list.ts';
export { type Answered, measure } from './measure.ts';
export { refuseOtherMethods } from './method-not-allowed.ts';
export { mountOperations, permissionText } from './mount.ts';
export {
  get,
  isConditional,
  type Needs,
  type Operation,
  patch,
  pathNames,
  post,
  put,
  remove,
  successStatus,
} from './operation.ts';
export { problemsOf } from './operation-problems.ts';
export { refuseForeignSite } from './own-site.ts';
export {
  booleanParameter,
  choiceParameter,
  countParameter,
  momentParameter,
  type Parameter,
  pageParameters,
  required,
  textParameter,
} from './parameters.ts';
export { isKey, isUuid } from './path-key.ts';
export {
  type Actor,
  adminPrincipal,
  adminTokenName,
  firstBootActor,
  type KnownUser,
  type Principal,
  type Ranks,
  rankIn,
} from './principal.ts';
export { answerProblem, type Log, problemResponse, toProblem } from './problem-response.ts';
export { requestId } from './request-id.ts';
export { clientAddress, ownOrigin, type Placement } from './request-source.ts';
export { requireUnchanged } from './require-unchanged.ts';
export { type IfMatch, requireRevision } from './revision.ts';
export { noTrustedProxies, parseTrustedProxies, type TrustedProxies } from './trusted-proxies.ts';
export { unfit } from './unfit.ts';
