import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotCopiesContract } from '../src/documents/snapshot-copies.contract.ts';
import type { SnapshotCopies } from '../src/documents/snapshot-copies.ts';
import { snapshotOf } from '../src/testing/documents.ts';
import { Worker } from './support/worker.ts';
import { bundleWorker } from './support/worker-bundle.ts';

let worker: Worker;
beforeAll(async () => {
  const { source } = await bundleWorker('bearer/test/programs/durable-copies.toml');
  worker = new Worker(source, {});
  await worker.start();
}, 60_000);
afterAll(() => worker?.dispose());

snapshotCopiesContract('DurableCopies in workerd', async () => {
  const place = randomUUID();
  return {
    async open() {
      await call(place, 'die', []).catch(() => {});
      return copiesAt(place);
    },
  };
});

describe('DurableCopies in workerd', () => {
  it('keeps the largest ruleset that there may be, which no row could hold', async () => {
    const place = randomUUID();
    const payload = Uint8Array.from({ length: 5 * 1024 * 1024 }, (_, at) => (at * 31) % 256);
    const snapshot = { ...snapshotOf({}), payload };
    await copiesAt(place).save('large', snapshot);
    await call(place, 'die', []).catch(() => {});
    const kept = (await copiesAt(place).load()).get('large');
    expect(kept).toHaveLength(1);
    expect(Buffer.from(kept?.[0]?.payload ?? []).equals(payload)).toBe(true);
  });
});

/** The copies of one Durable Object, called from outside. */
function copiesAt(place: string): SnapshotCopies {
  const ask =
    (method: string) =>
    (...args: readonly unknown[]) =>
      call(place, method, args);
  return {
    load: ask('load'),
    save: ask('save'),
    remove: ask('remove'),
    beginApplying: ask('beginApplying'),
    endApplying: ask('endApplying'),
    interrupted: ask('interrupted'),
  } as SnapshotCopies;
}

async function call(place: string, method: string, args: readonly unknown[]): Promise<unknown> {
  const response = await fetch(`${worker.url}/${place}`, {
    method: 'POST',
    body: JSON.stringify({ method, args }, (_key, value) =>
      value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString('base64') } : value,
    ),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text, (_key, value) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$bytes' in value) return new Uint8Array(Buffer.from(value.$bytes, 'base64'));
    if ('$map' in value) return new Map(value.$map);
    return value;
  }).result;
}
