export { type ApiEnv, authenticate } from './authenticate.ts';
export { bodyBytesMax, readBody } from './body.ts';
export { readConfirm, requireConfirm } from './confirm.ts';
export { badParameter, type ListRequest, pageOf, readListRequest, readQueryText } from './list.ts';
export { refuseOtherMethods } from './method-not-allowed.ts';
export { isKey, isUuid, pathKey } from './path-key.ts';
export { type Log, problemResponse, toProblem } from './problem-response.ts';
export { requireUnchanged } from './require-unchanged.ts';
export { type IfMatch, readIfMatch, requireRevision, resourceResponse } from './revision.ts';
