import { comparePositions, type Position, parsePosition } from '@fauna-flags/core/link';
import { plainEtag } from '../middleware/etag.ts';

/** What opens a stream, by method and path. */
const streamRoutes: ReadonlySet<string> = new Set([
  'POST /stream/client',
  'GET /stream/client',
  'GET /stream/server',
  'GET /ofrep/v1/stream',
]);

/** Whether a request opens a stream, which only a hub can hold. */
export function isStreamRequest({ method, url }: Request): boolean {
  return streamRoutes.has(`${method} ${new URL(url).pathname.replace(/^\/{2,}/, '/')}`);
}

/**
 * Whether a request names a configuration that is not known here: its sender was told of it by a hub. It must not be
 * answered with what was before, since nobody would tell it again.
 */
export function isAheadOf(request: Request, known: Position | undefined): boolean {
  const told = new URL(request.url).searchParams.get('flagConfigEtag');
  const position = told === null ? undefined : parsePosition(plainEtag(told));
  if (position === undefined || known === undefined) return false;
  const standing = comparePositions(position, known);
  return standing === 'newer' || standing === 'fork';
}
