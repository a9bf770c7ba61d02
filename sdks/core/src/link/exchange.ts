import { LinkError, type LinkErrorCode } from './link-error.ts';
import type { LinkPlatform } from './platform.ts';

/** Whoever is asked must send its first byte within this time. */
const firstByteMsMax = 10_000;
/** Heartbeats come every 20 s: two lost ones and some slack mean that nobody is there. */
const silenceMsMax = 50_000;

/** One watched HTTP exchange. */
export interface Exchange {
  readonly platform: LinkPlatform;
  readonly url: string;
  readonly init: RequestInit;
  /** Judges the head of the answer; throws to refuse it. */
  readonly onResponse: (response: Response) => void;
  /** Takes the body as it comes; throws to drop the connection. */
  readonly onChunk: (chunk: Uint8Array) => void;
  /** Called once, without an error when the body came to its end; never after a cancel. */
  readonly onEnd: (error: LinkError | undefined) => void;
}

/**
 * Runs one exchange and drops it when no byte comes for too long. The answer cancels it: after that nothing is called
 * any more, even when the platform's fetch ignores the abort.
 */
export function exchange({ platform, url, init, onResponse, onChunk, onEnd }: Exchange): () => void {
  const abort = new AbortController();
  let isOpen = true;
  let heardAt = platform.now();
  let patienceMs = firstByteMsMax;
  let cancelTimer = () => {};

  const cancel = () => {
    isOpen = false;
    cancelTimer();
    abort.abort();
  };
  const end = (error?: LinkError) => {
    if (!isOpen) return;
    cancel();
    onEnd(error);
  };
  // One timer per exchange that looks again when it was too early, instead of one per chunk.
  const watch = () => {
    const leftMs = heardAt + patienceMs - platform.now();
    if (leftMs > 0) cancelTimer = platform.setTimer(watch, leftMs);
    else end(new LinkError('network', `Cannot wait any longer: no byte for ${patienceMs} ms`));
  };
  const run = async () => {
    const response = await platform.fetch(url, { ...init, signal: abort.signal });
    if (!isOpen) return;
    onResponse(response);
    const reader = response.body?.getReader();
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done || !isOpen) return;
      heardAt = platform.now();
      patienceMs = silenceMsMax;
      try {
        onChunk(value);
      } catch (cause) {
        throw asLinkError(cause, 'malformed', 'Cannot read what the server sent');
      }
    }
  };

  watch();
  run().then(
    () => end(),
    (cause: unknown) =>
      end(asLinkError(cause, 'network', 'Cannot reach the server, or the connection was cut')),
  );
  return cancel;
}

function asLinkError(cause: unknown, code: LinkErrorCode, message: string): LinkError {
  return cause instanceof LinkError ? cause : new LinkError(code, message, { cause });
}
