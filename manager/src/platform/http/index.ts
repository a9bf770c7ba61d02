export { type ApiEnv, authenticate } from './authenticate.ts';
export { bodyBytesMax, readBody } from './body.ts';
export { badParameter, type ListRequest, pageOf, readListRequest, readQueryText } from './list.ts';
export { refuseOtherMethods } from './method-not-allowed.ts';
export { pathKey } from './path-key.ts';
export { type Log, problemResponse, toProblem } from './problem-response.ts';
export { type IfMatch, readIfMatch, requireRevision, resourceResponse } from './revision.ts';
