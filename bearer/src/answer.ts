/**
 * A whole answer as plain data. Routes that answer at once give this instead of a Response, because on Node a Response
 * costs more than everything else about such a request: its body becomes a stream that is read again.
 */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** The answer as every runtime takes it. */
export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}
