import { eventually } from './fauna-process.ts';

/** One frame of a stream, with the moment at which it arrived. */
export interface ReceivedFrame {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
  readonly atMs: number;
}

/** An open stream, read with nothing but fetch. */
export class OpenStream {
  readonly frames: ReceivedFrame[] = [];
  readonly response: Response;
  ended = false;
  readonly #controller: AbortController;

  private constructor(response: Response, controller: AbortController) {
    this.response = response;
    this.#controller = controller;
  }

  static async open(
    url: string,
    { key, ...init }: RequestInit & { readonly key?: string },
  ): Promise<OpenStream> {
    const controller = new AbortController();
    const headers = new Headers(init.headers);
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    const response = await fetch(url, { ...init, headers, signal: controller.signal });
    const stream = new OpenStream(response, controller);
    void stream.#read();
    return stream;
  }

  /** Waits for the n-th frame of a kind (the first is 1). */
  frame(event: string, nth = 1, patienceMs = 5_000): Promise<ReceivedFrame> {
    return eventually(() => this.frames.filter((frame) => frame.event === event)[nth - 1], {
      patienceMs,
      what: `${event} number ${nth}, after ${this.frames.map((frame) => frame.event).join(', ') || 'nothing'}`,
    });
  }

  close(): void {
    this.#controller.abort();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let pending = '';
    try {
      for await (const chunk of this.response.body ?? []) {
        pending += decoder.decode(chunk, { stream: true });
        const blocks = pending.split('\n\n');
        pending = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // Aborted by us or cut by the server: either way it has ended.
    }
    this.ended = true;
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
    const data = field('data');
    const event = field('event');
    if (data === undefined || event === undefined) return;
    this.frames.push({ event, id: field('id'), data: JSON.parse(data), atMs: performance.now() });
  }
}
