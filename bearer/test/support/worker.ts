import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Miniflare } from 'miniflare';

/** What is used of a Durable Object's binding. */
interface Hubs {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(url: string): Promise<Response> };
}

/** A Worker in a real workerd, with Durable Objects whose storage lies in a folder. */
export class Worker {
  /** Everything that it has printed so far. */
  output = '';
  readonly #source: string;
  readonly #bindings: Record<string, string>;
  #folder: string | undefined;
  #miniflare: Miniflare | undefined;
  #url = '';

  constructor(source: string, bindings: Record<string, string>) {
    this.#source = source;
    this.#bindings = bindings;
  }

  get url(): string {
    return this.#url;
  }

  /** Starts it, also after `stop`, over the storage that it had. */
  async start(): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'fauna-durable-'));
    const miniflare = new Miniflare({
      modules: [{ type: 'ESModule', path: 'worker.js', contents: this.#source }],
      compatibilityDate: '2026-04-20',
      compatibilityFlags: ['nodejs_compat', 'enable_request_signal', 'request_signal_passthrough'],
      durableObjects: { HUBS: { className: 'Hub', useSQLite: true } },
      durableObjectsPersist: this.#folder,
      bindings: this.#bindings,
      handleRuntimeStdio: (out: Readable, errors: Readable) => {
        for (const pipe of [out, errors])
          pipe.on('data', (chunk: Buffer) => {
            this.output += chunk.toString();
          });
      },
    });
    this.#miniflare = miniflare;
    this.#url = (await miniflare.ready).origin;
  }

  /** Kills it, with everything that is in memory. */
  async stop(): Promise<void> {
    await this.#miniflare?.dispose();
    this.#miniflare = undefined;
  }

  /** Asks a hub itself, past the Worker, which nobody outside of tests can. */
  async askHub(name: string, path: string): Promise<Response> {
    if (this.#miniflare === undefined) throw new Error('The Worker does not run');
    // Its types are those of a package that nothing else here needs.
    const hubs = (await this.#miniflare.getDurableObjectNamespace('HUBS')) as unknown as Hubs;
    const response = await hubs.get(hubs.idFromName(name)).fetch(`http://hub${path}`);
    return new Response(await response.arrayBuffer(), { status: response.status });
  }

  async dispose(): Promise<void> {
    await this.stop();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}
