import type { ApiOperation } from './reference.ts';
import { headersOf, type RequestDraft, urlOf } from './request-draft.ts';

/** What came of a request that was sent from the page. */
export interface SentAnswer {
  readonly status: number;
  readonly ms: number;
  /** Indented, where it is JSON. */
  readonly text: string;
  /** Why there is no answer. */
  readonly trouble?: string;
}

/** More than anybody reads here; a longer answer is cut off. */
const charactersMax = 100_000;

/** Sends a draft: with a token as any program would, without one with the session of this browser. Never throws. */
export async function sendDraft(
  operation: ApiOperation,
  draft: RequestDraft,
  token: string,
): Promise<SentAnswer> {
  const began = performance.now();
  try {
    const headers = new Headers([...headersOf(operation, draft)]);
    if (token !== '') headers.set('authorization', `Bearer ${token}`);
    const hasBody = operation.body !== undefined && draft.body !== '';
    if (hasBody) headers.set('content-type', 'application/json');
    const response = await fetch(urlOf(operation, draft), {
      method: operation.method,
      headers,
      credentials: token === '' ? 'same-origin' : 'omit',
      ...(hasBody ? { body: draft.body } : {}),
    });
    const text = indented(await response.text());
    return { status: response.status, ms: Math.round(performance.now() - began), text };
  } catch (error) {
    return { status: 0, ms: 0, text: '', trouble: error instanceof Error ? error.message : String(error) };
  }
}

function indented(text: string): string {
  const short = text.length > charactersMax ? `${text.slice(0, charactersMax)}\n…` : text;
  try {
    return JSON.stringify(JSON.parse(short), null, 2);
  } catch {
    return short;
  }
}
