import { createHash } from 'node:crypto';
import { Problem } from '@fauna-flags/protocol';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { ApiEnv } from './authenticate.ts';
import { inspectJson } from './inspect-json.ts';
import { parseOrProblem } from './parse.ts';

/** The management API takes larger bodies than a bearer: an audience list has its place here. */
const bodyBytesMax = 1024 * 1024;

/**
 * Reads and judges a JSON body: size, encoding, syntax, texts that no database can hold, then the schema. An absent body
 * is `{}`, so that a route without required fields needs none. Of a body that is only looked at (`kept: false`) any text
 * is good.
 */
export async function readBody<Schema extends z.ZodType>(
  c: Context<ApiEnv>,
  schema: Schema,
  { kept = true }: { readonly kept?: boolean } = {},
): Promise<z.output<Schema>> {
  const bytes = await readBytes(c.req.raw);
  c.set('bodyDigest', createHash('sha256').update(bytes).digest('hex'));
  if (bytes.length === 0) return parseOrProblem(schema, {});
  // Any media type is good: demanding JSON is a defence of cookies against other sites' forms, and no form sends a token.
  requireNoEncoding(c);
  const body = parseJson(bytes);
  inspectJson(body, { kept });
  return parseOrProblem(schema, body);
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > bodyBytesMax) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // The length is only what the client says; what arrives is what counts.
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > bodyBytesMax) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Problem('invalid', 'Cannot read the body: it was cut off', { cause });
  }
  if (size > bodyBytesMax) throw tooLarge();
  return Buffer.concat(chunks);
}

function tooLarge(): Problem {
  return new Problem('too_large', `Cannot read the body: it is larger than ${bodyBytesMax} bytes`);
}

function requireNoEncoding(c: Context): void {
  const encoding = (c.req.header('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity') {
    throw new Problem(
      'unsupported_media_type',
      'Cannot read the body: expected it without a Content-Encoding',
    );
  }
}

function parseJson(bytes: Uint8Array): unknown {
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text);
  } catch (cause) {
    const place = placeOf(cause, text);
    throw new Problem('invalid', `Cannot read the body: it is not JSON in UTF-8${place}`, { cause });
  }
}

/** Where the parser stopped, as far as it says so; the rest of what it says repeats the body. */
function placeOf(error: unknown, text: string): string {
  const [, position] = /\bat position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
  if (position === undefined) return '';
  const lines = text.slice(0, Number(position)).split('\n');
  return `, see line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}
