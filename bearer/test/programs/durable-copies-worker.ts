import { DurableObject } from 'cloudflare:workers';
import type { SnapshotCopies } from '../../src/documents/snapshot-copies.ts';
import { DurableCopies } from '../../src/durable-object/durable-copies.ts';

/*
 * Lets a test call the copies in a Durable Object's storage from outside: `POST /<place>` with `{method, args}`. Bytes and
 * maps travel as tagged JSON. `die` ends the object as a crash does.
 */

/** An object whose storage is one place for copies. */
export class Hub extends DurableObject<unknown> {
  readonly #copies: SnapshotCopies = new DurableCopies(this.ctx.storage);

  async fetch(request: Request): Promise<Response> {
    const { method, args } = JSON.parse(await request.text(), revive) as {
      readonly method: keyof SnapshotCopies | 'die';
      readonly args: readonly unknown[];
    };
    if (method === 'die') {
      (this.ctx as unknown as { abort(): void }).abort();
      return new Response();
    }
    const call = this.#copies[method] as (...given: unknown[]) => Promise<unknown>;
    return new Response(JSON.stringify({ result: await call.apply(this.#copies, [...args]) }, tag));
  }
}

interface Env {
  readonly HUBS: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

// biome-ignore lint/style/noDefaultExport: what a Worker does is its module's default export
export default {
  fetch: (request: Request, { HUBS }: Env) =>
    HUBS.get(HUBS.idFromName(new URL(request.url).pathname)).fetch(request),
};

function tag(this: unknown, key: string, given: unknown): unknown {
  const value = (this as Record<string, unknown>)[key];
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Map) return { $map: [...value] };
  return given;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$bytes' in value) return new Uint8Array(Buffer.from(String(value.$bytes), 'base64'));
  return value;
}
