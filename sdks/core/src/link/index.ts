export { type Answer, answer, type Details, type Evaluated } from './answer.ts';
export { type DataFrame, isObject } from './frame.ts';
export { LinkError, type LinkErrorCode } from './link-error.ts';
export { type LinkPlatform, systemPlatform } from './platform.ts';
export { comparePositions, formatPosition, type Position, parsePosition } from './position.ts';
export {
  createScriptedBearer,
  openScriptedStream,
  type ScriptedBearer,
  type ScriptedRequest,
  type ScriptedStream,
} from './scripted-bearer.ts';
export {
  type ConnectionOptions,
  createSession,
  type Session,
  type SessionEvents,
  type SessionOptions,
  type Status,
} from './session.ts';
export { createSseParser, type SseEvent, type SseParser, type SseParserOptions } from './sse-parser.ts';
export { type LinkState, StreamLink, type StreamLinkOptions } from './stream-link.ts';
export { createVirtualTime, type VirtualTime } from './virtual-time.ts';
