import { Problem } from '@fauna-flags/protocol';

/** A heartbeat tells some 200 bytes a document, a post of usage less than this. */
const bodyBytesMax = 1024 * 1024;

/** Reads the JSON of what a bearer reports, whose sender is another bearer. */
export async function readReport(request: Request): Promise<unknown> {
  const tooLarge = () =>
    new Problem('too_large', `Cannot take the body: it has more than ${bodyBytesMax} bytes`);
  if (!(Number(request.headers.get('content-length') ?? 0) <= bodyBytesMax)) throw tooLarge();
  const decoder = new TextDecoder();
  let text = '';
  try {
    const reader = request.body?.getReader();
    for (let bytes = 0; reader !== undefined; ) {
      const piece = await reader.read();
      if (piece.done) break;
      bytes += piece.value.byteLength;
      if (bytes > bodyBytesMax) {
        void reader.cancel().catch(() => {});
        throw tooLarge();
      }
      text += decoder.decode(piece.value, { stream: true });
    }
    return JSON.parse(text + decoder.decode());
  } catch (error) {
    if (error instanceof Problem) throw error;
    // The parser's own words quote the body.
    throw new Problem('invalid', 'Cannot read the body: it is not JSON, or was cut off');
  }
}
