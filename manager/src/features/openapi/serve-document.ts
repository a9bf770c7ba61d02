import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Handler } from 'hono';

/** The document in one form in which it goes over the wire. */
interface Form {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/**
 * Answers a document from bytes that are made once, when somebody first asks. It changes with the version of the manager
 * alone, so that whoever has it asks only whether it is still the same; it holds nothing that is anybody's.
 */
export function serveDocument(make: () => unknown): Handler {
  let forms: { readonly plain: Form; readonly gzip: Form } | undefined;
  return (c) => {
    forms ??= formsOf(make());
    const isGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(c.req.header('accept-encoding') ?? '');
    const { bytes, etag } = isGzip ? forms.gzip : forms.plain;
    const headers = {
      'Cache-Control': 'no-cache',
      ETag: etag,
      Vary: 'Accept-Encoding',
    };
    if (hasTag(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
    return c.body(bytes, 200, {
      ...headers,
      'Content-Type': 'application/json',
      ...(isGzip ? { 'Content-Encoding': 'gzip' } : {}),
    });
  };
}

function formsOf(document: unknown): { readonly plain: Form; readonly gzip: Form } {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return {
    plain: { bytes, etag: `"${hash}"` },
    gzip: { bytes: new Uint8Array(gzipSync(bytes)), etag: `"${hash}-gzip"` },
  };
}

function hasTag(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*');
}
