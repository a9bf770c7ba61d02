/** Websites that were typed or pasted, as browsers name them; what is none is handed back to be mended. */
export interface ReadOrigins {
  readonly origins: readonly string[];
  readonly rest: string;
}

/**
 * Reads the origins that may use a client key. An address that somebody copied is cut down to its origin, and a host alone
 * is taken for one that is served over https.
 *
 * @example readOrigins('https://shop.example/cart, *') // { origins: ['https://shop.example', '*'], rest: '' }
 */
export function readOrigins(text: string): ReadOrigins {
  const pieces = text.split(/[\s,]+/).filter((piece) => piece !== '');
  const read = pieces.map((piece) => ({ piece, origin: originOf(piece) }));
  return {
    origins: [...new Set(read.flatMap(({ origin }) => origin ?? []))],
    rest: read.flatMap(({ piece, origin }) => (origin === undefined ? [piece] : [])).join(' '),
  };
}

function originOf(text: string): string | undefined {
  if (text === '*') return text;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) return undefined;
  const { origin, protocol, host, hostname, username } = new URL(address);
  if (username !== '') return undefined;
  // A word alone is more likely a mistake than a host, unless it is the one that everybody develops on.
  if (address !== text && !hostname.includes('.') && hostname !== 'localhost') return undefined;
  if (origin !== 'null') return origin;
  // Schemes that the standard does not know, such as an app's web view, have no origin there, but browsers send one.
  return host === '' ? undefined : `${protocol}//${host}`;
}
