import { LinkError } from './link-error.ts';
import { type Position, parsePosition } from './position.ts';
import type { SseEvent } from './sse-parser.ts';

/** A frame that carries state: all of it (`put`), or what changed (`patch`). */
export interface DataFrame {
  readonly kind: 'put' | 'patch';
  readonly position: Position;
  /** The one thing that makes an older position acceptable. */
  readonly reset: boolean;
  /** The whole message, as parsed; its meaning is the SDK's. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a stream of the data plane says. */
export type Frame =
  | DataFrame
  | { readonly kind: 'none' | 'hb'; readonly position: Position }
  | { readonly kind: 'goodbye'; readonly delayMs: number }
  | { readonly kind: 'revoked' };

/** Reads an event. Unknown events are `undefined`, so that servers may learn new ones; a malformed one throws. */
export function readFrame({ type, data, id }: SseEvent): Frame | undefined {
  switch (type) {
    case 'put':
    case 'patch':
      return dataFrame(type, parseObject(data), id);
    case 'none':
    case 'hb':
      return { kind: type, position: readPosition(parseObject(data), id) };
    case 'goodbye': {
      const { delayMs } = parseObject(data);
      return { kind: type, delayMs: typeof delayMs === 'number' ? delayMs : 0 };
    }
    case 'revoked':
      return { kind: type };
    default:
      return undefined;
  }
}

/** Makes a data frame of a parsed message whose position stands in it, or else in `id`. */
export function dataFrame(
  kind: DataFrame['kind'],
  data: Readonly<Record<string, unknown>>,
  id: string | null,
): DataFrame {
  return { kind, position: readPosition(data, id), reset: data.reset === true, data };
}

/** Parses JSON that must be an object. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LinkError('malformed', 'Cannot read a message: not JSON', { cause });
  }
  if (isObject(value)) return value;
  throw new LinkError('malformed', 'Cannot read a message: not an object');
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readPosition(data: Readonly<Record<string, unknown>>, id: string | null): Position {
  const text = data.position ?? id;
  const position = typeof text === 'string' ? parsePosition(text) : undefined;
  if (position === undefined) throw new LinkError('malformed', 'Cannot read a message: no position');
  return position;
}
