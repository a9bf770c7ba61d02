/** What a command is answered with: texts as the bytes that they are. */
export type UpstashAnswer = null | number | Uint8Array | readonly UpstashAnswer[];

/**
 * Reads the body of an answer. Throws what Redis says of a command that failed, and an error that shows no part of the body
 * when there is something else at this address.
 */
export function upstashAnswer(status: number, text: string): UpstashAnswer {
  const body = jsonIn(text);
  if (typeof body === 'object' && body !== null) {
    if (status === 401) throw new Error('Unauthorized: check UPSTASH_REDIS_REST_TOKEN');
    if ('error' in body && typeof body.error === 'string') throw new Error(body.error);
    if ('result' in body && status === 200) return answerIn(body.result);
  }
  throw new Error(`What answered ${status} is not the REST API of Upstash`);
}

/** A text out of an answer; anything else is `undefined`. */
export function textIn(answer: UpstashAnswer | undefined): string | undefined {
  return answer instanceof Uint8Array ? new TextDecoder().decode(answer) : undefined;
}

/** An answer that lists names and values in turn. */
export function fieldsIn(answer: UpstashAnswer): ReadonlyMap<string, Uint8Array> {
  const fields = new Map<string, Uint8Array>();
  if (!isList(answer)) return fields;
  for (let place = 0; place + 1 < answer.length; place += 2) {
    const [name, value] = [textIn(answer[place]), answer[place + 1]];
    if (name !== undefined && value instanceof Uint8Array) fields.set(name, value);
  }
  return fields;
}

function isList(answer: UpstashAnswer): answer is readonly UpstashAnswer[] {
  return Array.isArray(answer);
}

function answerIn(result: unknown): UpstashAnswer {
  if (result === null || typeof result === 'number') return result;
  if (typeof result === 'string') return bytesIn(result);
  if (Array.isArray(result)) return result.map(answerIn);
  throw new Error('Upstash answered with something that is no answer of Redis');
}

/** A status comes as it is, and only `OK` is one that we ask for; as base64 it would be no whole group of four. */
function bytesIn(text: string): Uint8Array {
  if (text === 'OK') return new TextEncoder().encode(text);
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new Error('Upstash answered with a text that is not encoded as asked for');
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
