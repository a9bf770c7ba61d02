import type { FaunaProcess } from '../../manager/test/support/fauna-process.ts';

/** The flag that the oracle writes: its value counts. */
const variationCount = 250;
const configurationPath = '/projects/trial/flags/counter/environments/production';
const keysPath = '/projects/trial/environments/production/sdk-keys';

/** What became of one write. */
export type WriteOutcome =
  | { readonly kind: 'acknowledged'; readonly value: number; readonly tookMs: number }
  | { readonly kind: 'refused'; readonly value: number; readonly status: number; readonly tookMs: number }
  /** No answer came: it may or may not have happened. */
  | { readonly kind: 'unknown'; readonly value: number; readonly tookMs: number };

/**
 * Writes counting values into one flag and knows what was acknowledged: whatever happens to processes, that is what must
 * be served in the end, or one of the attempts that came after it and got no answer.
 */
export class Oracle {
  readonly environmentId: string;
  readonly clientKey: string;
  readonly serverKey: string;
  /** The last value that the API has acknowledged. */
  acknowledged = 0;
  /** Values that were sent after it and of which nothing is known. */
  readonly attempted = new Set<number>();
  #fauna: FaunaProcess;
  #next = 1;
  #bulk = false;

  private constructor(
    fauna: FaunaProcess,
    ids: { readonly environmentId: string; readonly clientKey: string; readonly serverKey: string },
  ) {
    this.#fauna = fauna;
    this.environmentId = ids.environmentId;
    this.clientKey = ids.clientKey;
    this.serverKey = ids.serverKey;
  }

  /** Makes the project, its flag and its keys. */
  static async begin(fauna: FaunaProcess): Promise<Oracle> {
    await must(fauna, 'POST', '/projects', { key: 'trial', name: 'Trial' });
    await must(fauna, 'POST', '/projects/trial/flags', {
      key: 'counter',
      name: 'Counter',
      kind: 'number',
      variations: Array.from({ length: variationCount }, (_, value) => ({ key: `v${value}`, value })),
    });
    await must(fauna, 'PUT', configurationPath, configuration(0), { 'if-match': '*' });
    const client = await must(fauna, 'POST', keysPath, { name: 'Client', kind: 'client' });
    const server = await must(fauna, 'POST', keysPath, { name: 'Server', kind: 'server' });
    const environment = await must(fauna, 'GET', '/projects/trial/environments/production');
    return new Oracle(fauna, {
      environmentId: textOf(environment.id),
      clientKey: textOf(client.key),
      serverKey: textOf(server.key),
    });
  }

  /** Through which manager writes go from now on. */
  writeThrough(fauna: FaunaProcess): void {
    this.#fauna = fauna;
  }

  /** Writes the next value. Never rejects: what became of it is the answer. */
  async write(): Promise<WriteOutcome> {
    const value = this.#next % variationCount;
    this.#next += 1;
    this.attempted.add(value);
    const startMs = performance.now();
    try {
      const { status } = await this.#fauna.api('PUT', configurationPath, configuration(value), {
        'if-match': '*',
      });
      const tookMs = performance.now() - startMs;
      // A 503 may have committed after all; any other refusal has not.
      if (status !== 200) {
        if (status !== 503) this.attempted.delete(value);
        return { kind: 'refused', value, status, tookMs };
      }
      this.acknowledged = value;
      this.attempted.clear();
      return { kind: 'acknowledged', value, tookMs };
    } catch {
      return { kind: 'unknown', value, tookMs: performance.now() - startMs };
    }
  }

  /** Writes the next value; rejects unless it is acknowledged. */
  async mustWrite(): Promise<number> {
    const outcome = await this.write();
    if (outcome.kind !== 'acknowledged') throw new Error(`A write came to ${JSON.stringify(outcome)}`);
    return outcome.value;
  }

  /** What a bearer serves; undefined while it serves nothing. */
  async valueAt(url: string): Promise<number | undefined> {
    const response = await fetch(`${url}/connect/client`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.clientKey}`, 'content-type': 'application/json' },
      body: '{"context":{"key":"user-1"}}',
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    if (response === undefined || !response.ok) return undefined;
    const body = (await response.json()) as { readonly flags: Record<string, { readonly value?: number }> };
    return body.flags.counter?.value;
  }

  /** What the database holds, which wins over everything that anybody believes. */
  async valueInDatabase(): Promise<number> {
    const answer = await must(this.#fauna, 'GET', configurationPath);
    const { variation } = answer.defaultServe as { readonly variation: string };
    return Number(variation.slice(1));
  }

  /** Takes what survived in the database for the truth, after commits were lost. */
  async believeDatabase(): Promise<number> {
    this.acknowledged = await this.valueInDatabase();
    this.attempted.clear();
    return this.acknowledged;
  }

  /** Makes a flag that weighs a quarter of a megabyte, so that each of its changes does. */
  async makeBulk(): Promise<void> {
    const value = (letter: string) => ({ text: letter.repeat(60_000) });
    await must(this.#fauna, 'POST', '/projects/trial/flags', {
      key: 'bulk',
      name: 'Bulk',
      kind: 'json',
      variations: [
        { key: 'on', value: value('a') },
        { key: 'off', value: value('b') },
        { key: 'more', value: value('c') },
        { key: 'most', value: value('d') },
      ],
    });
  }

  /** Switches it. */
  async writeBulk(): Promise<void> {
    this.#bulk = !this.#bulk;
    const path = '/projects/trial/flags/bulk/environments/production/toggle';
    await must(this.#fauna, 'POST', path, { enabled: this.#bulk });
  }

  /** Makes a client key, and answers how to take it away again. */
  async makeKey(kind: 'client' | 'server' = 'client'): Promise<{ key: string; revoke: () => Promise<void> }> {
    const { key, id } = await must(this.#fauna, 'POST', keysPath, { name: 'Leaked', kind });
    return {
      key: textOf(key),
      revoke: async () => {
        await must(this.#fauna, 'DELETE', `${keysPath}/${textOf(id)}`, undefined, { 'if-match': '*' });
      },
    };
  }
}

async function must(
  fauna: FaunaProcess,
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fauna.api(method, path, body, headers);
  if (answer.status >= 300)
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return (answer.body ?? {}) as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`Expected a text, got ${JSON.stringify(value)}`);
  return value;
}

function configuration(value: number): unknown {
  return {
    enabled: true,
    offVariation: 'v0',
    prerequisites: [],
    targets: [],
    rules: [],
    defaultServe: { variation: `v${value}` },
  };
}
