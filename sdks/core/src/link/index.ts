export { type Answer, suits } from './answer.ts';
export { type DataFrame, isObject } from './frame.ts';
export { LinkError, type LinkErrorCode } from './link-error.ts';
export { createListeners, type Listeners } from './listeners.ts';
export { type LinkPlatform, systemPlatform } from './platform.ts';
export { comparePositions, formatPosition, type Position, parsePosition } from './position.ts';
export { createSseParser, type SseEvent, type SseParser, type SseParserOptions } from './sse-parser.ts';
export { type LinkState, StreamLink, type StreamLinkOptions } from './stream-link.ts';
