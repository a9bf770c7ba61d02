import { Problem } from '@fauna-flags/protocol';
import type { BearerLimits } from '../config.ts';
import { judgeJson } from './judge-json.ts';

/** A parsed body: always an object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads a request's body: its size is judged first, then its JSON, then its form. A missing body is `{}`. The content
 * type is not asked: OFREP clients differ in what they send.
 */
export async function readJsonObject(request: Request, limits: BearerLimits): Promise<JsonObject> {
  const text = await readText(request, limits.bodyBytesMax);
  if (text.trim() === '') return {};
  const body = parse(text);
  if (!isObject(body)) throw new Problem('invalid', 'Cannot read the body: it must be a JSON object');
  const error = judgeJson(body, limits);
  if (error !== undefined)
    throw new Problem('invalid', `Cannot take the body: ${error.path} ${error.message}`, { errors: [error] });
  return body;
}

/** The context of a body. A missing one is `{}`; `null` too where the protocol of the route says so. */
export function contextOf(body: JsonObject, options: { readonly nullIsEmpty: boolean }): JsonObject {
  const context = Object.hasOwn(body, 'context') ? body.context : undefined;
  if (context === undefined || (context === null && options.nullIsEmpty)) return {};
  if (isObject(context)) return context;
  const message = 'must be an object';
  throw new Problem('invalid', `Cannot read the context: it ${message}`, {
    errors: [{ path: 'context', message }],
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words quote the body, which must not come back out.
    throw new Problem('invalid', 'Cannot read the body: it is not JSON');
  }
}

async function readText(request: Request, bytesMax: number): Promise<string> {
  const declared = request.headers.get('content-length');
  // Every runtime holds a sender to its content length, so a body that says it is small enough can be read in one go.
  if (declared !== null) {
    if (!(Number(declared) <= bytesMax)) throw tooLarge(bytesMax);
    return orCutOff(request.text());
  }
  if (request.body === null) return '';
  const reader = request.body.getReader();
  const next = () => orCutOff(reader.read());
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let piece = await next(); !piece.done; piece = await next()) {
    bytes += piece.value.byteLength;
    if (bytes > bytesMax) {
      void reader.cancel().catch(() => {});
      throw tooLarge(bytesMax);
    }
    text += decoder.decode(piece.value, { stream: true });
  }
  return text + decoder.decode();
}

/** A body that does not arrive is the sender's doing: nobody hears the answer, and nothing is wrong here. */
async function orCutOff<Part>(reading: Promise<Part>): Promise<Part> {
  try {
    return await reading;
  } catch (cause) {
    throw new Problem('invalid', 'Cannot read the body: it was cut off', { cause });
  }
}

function tooLarge(bytesMax: number): Problem {
  return new Problem('too_large', `Cannot take the body: it has more than ${bytesMax} bytes`);
}
