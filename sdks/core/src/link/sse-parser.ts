/** One event of a text/event-stream. */
export interface SseEvent {
  /** The `event:` field; `message` when the stream named none. */
  readonly type: string;
  readonly data: string;
  /** The last `id:` seen on the stream, which outlives the event that carried it. */
  readonly id: string;
}

/** Where a parser hands what it finds. */
export interface SseParserOptions {
  readonly onEvent: (event: SseEvent) => void;
  /** Called for every valid `retry:` line, before the event that it stands in. */
  readonly onRetry?: (retryMs: number) => void;
  /** The most characters that one unfinished event may hold; `sseEventSizeMax` when absent. */
  readonly sizeMax?: number;
}

/** Takes the bytes of one stream as they come. */
export interface SseParser {
  /** Throws a RangeError when an event grows beyond the bound; the parser is of no use after that. */
  push(chunk: Uint8Array): void;
}

/** A ruleset is at most 5 MB, so no honest event comes near; a hostile server must not fill memory. */
export const sseEventSizeMax = 8 * 1024 * 1024;

/**
 * Parses a text/event-stream as the WHATWG standard says, in any chunking: CR, LF and CRLF end a line, one leading BOM
 * is dropped, comments and unknown fields are ignored, an id with NUL is ignored, an event without data is none.
 *
 * Only the new chunk is ever scanned and an unfinished line is a rope, so the work stays linear however small the chunks.
 */
export function createSseParser({
  onEvent,
  onRetry,
  sizeMax = sseEventSizeMax,
}: SseParserOptions): SseParser {
  const decoder = new TextDecoder();
  let line = '';
  // A CR ends its line at once, so that no event waits for the next chunk; the LF that may follow belongs to it.
  let afterCarriageReturn = false;
  let type = '';
  let id = '';
  let data: string | undefined;

  const checkSize = () => {
    if (line.length + (data?.length ?? 0) > sizeMax) {
      throw new RangeError(`Cannot hold an event of more than ${sizeMax} characters`);
    }
  };

  const endLine = () => {
    checkSize();
    if (line === '') {
      if (data !== undefined) onEvent({ type: type || 'message', data, id });
      data = undefined;
      type = '';
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    line = '';
    if (field === 'data') data = data === undefined ? value : `${data}\n${value}`;
    else if (field === 'event') type = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) onRetry?.(Number(value));
  };

  return {
    push(chunk) {
      let text = decoder.decode(chunk, { stream: true });
      // Half a character decodes to nothing and must not hide that the last line ended with CR.
      if (text === '') return;
      if (afterCarriageReturn && text[0] === '\n') text = text.slice(1);
      afterCarriageReturn = text.endsWith('\r');
      let start = 0;
      for (const end of text.matchAll(/\r\n?|\n/g)) {
        line += text.slice(start, end.index);
        start = end.index + end[0].length;
        endLine();
      }
      line += text.slice(start);
      checkSize();
    },
  };
}
