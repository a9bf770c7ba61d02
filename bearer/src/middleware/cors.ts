/** What a browser may send: our own headers, and those that tracing libraries add to every request. */
const allowedHeaders = [
  'authorization',
  'content-type',
  'x-api-key',
  'if-none-match',
  'last-event-id',
  'cache-control',
  'traceparent',
  'tracestate',
  'baggage',
  'sentry-trace',
].join(', ');

/** The headers of a real answer to an allowed origin. Never credentials. */
export function corsHeaders(origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'ETag, Retry-After, Fauna-Age',
  };
}

/** Answers a preflight: it carries no key, so it is for any origin, and it is neither counted nor limited. */
export function preflight(origin: string | undefined): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': origin ?? '*',
      'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
      'Access-Control-Allow-Headers': allowedHeaders,
      'Access-Control-Max-Age': '7200',
      Vary: 'Origin, Access-Control-Request-Headers',
    },
  });
}
