/** What a request for a stream is made of, as the front door has read it. */
export interface PlainRequestParts {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Names in lower case, each once. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
}

/**
 * As much of a Request as the routes of streams read: method, URL, headers by name, and the body as text. Node's own costs a
 * fifth of opening a stream, with a signal, a stream around the body and a guard around the headers that nobody asks for.
 * `undefined` for a URL that is none.
 */
export function plainRequest({ method, url, headers, body }: PlainRequestParts): Request | undefined {
  if (!URL.canParse(url)) return undefined;
  const byName = new Map(headers);
  const request = {
    method,
    url,
    headers: {
      get: (name: string) => byName.get(name.toLowerCase()) ?? null,
      has: (name: string) => byName.has(name.toLowerCase()),
    },
    text: async () => (body === undefined ? '' : new TextDecoder().decode(body)),
    get body() {
      return body === undefined || body.length === 0 ? null : new Response(body).body;
    },
  };
  // What is not in here is read by no route that the front door answers; they are named in its first line.
  return request as unknown as Request;
}
