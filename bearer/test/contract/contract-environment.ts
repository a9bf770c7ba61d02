import { randomBytes } from 'node:crypto';
import type { Ruleset } from '@fauna-flags/core';
import { formatSdkKey, type Snapshot } from '@fauna-flags/protocol';
import { FrameReader } from '../../src/testing/frame-reader.ts';
import type { ContractWorld } from './contract-world.ts';

/** One environment of a test's own, and ways to ask the bearer about it. */
export class ContractEnvironment {
  readonly id: string;
  readonly world: ContractWorld;
  readonly clientKey = formatSdkKey('client', randomBytes(32));
  readonly serverKey = formatSdkKey('server', randomBytes(32));

  constructor(world: ContractWorld, id: string) {
    this.world = world;
    this.id = id;
  }

  /** Publishes the next version, and does not wait for it to arrive. */
  put(next: Ruleset): Promise<Snapshot> {
    return this.world.put(this.id, next);
  }

  /** Publishes the next version and waits until the bearer answers with it. */
  async publish(next: Ruleset): Promise<Snapshot> {
    const snapshot = await this.put(next);
    await this.world.arrived(this, snapshot);
    return snapshot;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.world.bearer.fetch(path, init);
  }

  /** POSTs JSON with the client key; a text is sent as it is, and bytes piece by piece without their length. */
  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.clientKey}`, 'content-type': 'application/json', ...headers },
      ...(body instanceof Uint8Array
        ? { body: new Blob([body]).stream(), duplex: 'half' }
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** GETs with the server key. */
  asServer(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, { headers: { authorization: `Bearer ${this.serverKey}`, ...headers } });
  }

  /** Opens a client stream by POST. */
  async stream(context: unknown, headers: Record<string, string> = {}, query = ''): Promise<FrameReader> {
    return readerOf(await this.post(`/stream/client${query}`, { context }, headers));
  }

  /** Opens a server stream. */
  async serverStream(headers: Record<string, string> = {}, query = ''): Promise<FrameReader> {
    return readerOf(await this.asServer(`/stream/server${query}`, headers));
  }

  /** Opens what a URL with a handle leads to, as native EventSource does: without a header of its own. */
  async follow(path: string, headers: Record<string, string> = {}): Promise<FrameReader> {
    return readerOf(await this.fetch(path, { headers: { accept: 'text/event-stream', ...headers } }));
  }
}

async function readerOf(response: Response): Promise<FrameReader> {
  if (response.status !== 200) throw new Error(`Cannot stream: ${response.status} ${await response.text()}`);
  if (response.headers.get('content-type') !== 'text/event-stream')
    throw new Error(`Cannot read a stream of ${response.headers.get('content-type')}`);
  return new FrameReader(response.body);
}
