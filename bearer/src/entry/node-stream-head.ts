/** The request of a stream, as far as its head says. */
export interface StreamHead {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: [name: string, value: string][];
  /** Where the body begins in the bytes that were read. */
  readonly bodyAt: number;
  readonly bodyBytes: number;
}

/** A head beyond it is none that an SDK sends; Node's own parser takes up to 16 KB. */
const headBytesMax = 8 * 1024;
/** Any stream's body beyond it is refused; Node's own parser takes it from there. */
const bodyBytesMax = 64 * 1024;

const requestLine =
  /^(POST (\/+stream\/client)|GET (?:\/+stream\/client|\/+stream\/server|\/+ofrep\/v1\/stream))((?:\?[!$-;=?-Z_a-z~%]*)?) HTTP\/1\.1$/;
/** A name, a colon and visible ASCII; blanks at the ends of the value are cut off later, one pass each. */
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t -~]*)$/;
const hostName = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
const length = /^\d{1,5}$/;
/** Headers that change what a request is or where it ends; where one is there, a complete parser must judge. */
const notPlain: ReadonlySet<string> = new Set(['transfer-encoding', 'expect', 'upgrade', 'trailer']);

/**
 * Reads the head of a request for a stream, when these bytes hold the whole of it and it is as plain as what SDKs and
 * browsers send. `undefined` for everything else: other routes, other versions, odd bytes, repeated headers, bodies
 * without a stated length, heads in two pieces. Nothing is refused here. Node's parser gets what this one does not
 * understand beyond doubt, so there is nothing that the two could understand differently.
 */
export function readStreamHead(bytes: Buffer): StreamHead | undefined {
  const end = bytes.subarray(0, headBytesMax).indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const asked = requestLine.exec(first);
  if (asked === null) return undefined;
  const headers = readHeaders(lines);
  if (headers === undefined) return undefined;
  const host = headers.get('host') ?? '';
  const bodyBytes = Number(headers.get('content-length') ?? 0);
  const method = asked[2] === undefined ? 'GET' : 'POST';
  if (!hostName.test(host) || bodyBytes > bodyBytesMax || (method === 'GET' && bodyBytes > 0))
    return undefined;
  const target = first.slice(first.indexOf(' ') + 1, first.lastIndexOf(' '));
  return { method, url: `http://${host}${target}`, headers: [...headers], bodyAt: end + 4, bodyBytes };
}

function readHeaders(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, written = '', padded = ''] = headerLine.exec(line) ?? [];
    const name = written.toLowerCase();
    const value = padded.trim();
    if (name === '' || headers.has(name) || notPlain.has(name)) return undefined;
    if (name === 'content-length' && !length.test(value)) return undefined;
    if (name === 'connection' && !/^(?:keep-alive|close)$/i.test(value)) return undefined;
    headers.set(name, value);
  }
  return headers;
}
