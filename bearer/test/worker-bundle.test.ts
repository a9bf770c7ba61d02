import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorker, type WorkerBundle } from './support/worker-bundle.ts';

/** Compressed. Half of it is the regular expressions that take linear time, with what Unicode knows of letters. */
const bundleBytesMax = 128 * 1024;

describe('the Worker', () => {
  let bundle: WorkerBundle;
  beforeAll(async () => {
    bundle = await bundleWorker();
  }, 60_000);

  it('is what wrangler deploys, with the hubs that it needs, and without an account or a network', () => {
    expect(bundle.output).toContain('--dry-run: exiting now');
    expect(bundle.output).toMatch(/HUBS \(Hub\)\s+Durable Object/);
    expect(bundle.output).not.toMatch(/warning/i);
  });

  it('brings nothing of Node that a Worker has not, and nothing of other runtimes', () => {
    const imported = [...bundle.source.matchAll(/(?:from|import)\s*"([^"]+)"/g)].map(([, name]) => name);
    expect([...new Set(imported)].sort()).toEqual(['cloudflare:workers', 'node:crypto']);
    for (const word of ['ioredis', 'pino', 'prom-client', 'node-server'])
      expect(bundle.source).not.toContain(word);
  });

  it('is small enough to start at once', () => {
    expect(gzipSync(bundle.source).length).toBeLessThan(bundleBytesMax);
  });
});
