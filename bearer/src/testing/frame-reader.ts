/** One server-sent event as a reader sees it. */
export interface ReadFrame {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: unknown;
  readonly retry: string | undefined;
}

/** Reads the frames of a stream as a quick peer does: whatever comes is taken at once and kept for the test. */
export class FrameReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #frames: ReadFrame[] = [];
  #wake = () => {};
  #over = false;

  constructor(body: ReadableStream<Uint8Array> | null) {
    if (body === null) throw new Error('Cannot read frames: the response has no body');
    this.#reader = body.getReader();
    void this.#pump();
  }

  /** The next frame; `undefined` once the stream has ended or was cut. */
  async next(): Promise<ReadFrame | undefined> {
    while (this.#frames.length === 0 && !this.#over)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#frames.shift();
  }

  /** Frames that have come and were not asked for yet. */
  get waiting(): readonly ReadFrame[] {
    return this.#frames;
  }

  /** Leaves, as a peer does that hangs up. */
  async leave(): Promise<void> {
    await this.#reader.cancel();
  }

  async #pump(): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for (let piece = await this.#reader.read(); !piece.done; piece = await this.#reader.read()) {
        text += decoder.decode(piece.value, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        this.#frames.push(...blocks.map(parseBlock));
        this.#wake();
      }
    } catch {
      // The bearer cut the stream: for a reader that is an end like any other.
    }
    this.#over = true;
    this.#wake();
  }
}

function parseBlock(block: string): ReadFrame {
  const fields = new Map<string, string[]>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    const name = line.slice(0, colon);
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 2)]);
  }
  const data = fields.get('data')?.join('\n');
  return {
    id: fields.get('id')?.[0],
    event: fields.get('event')?.[0],
    data: data === undefined ? undefined : JSON.parse(data),
    retry: fields.get('retry')?.[0],
  };
}
