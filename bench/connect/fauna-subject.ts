import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  canonicalJson,
  formatSdkKey,
  type KeyRegistry,
  keyRegistryDocument,
  type Snapshot,
  storeKeys,
} from '@fauna-flags/protocol';
import { Redis } from 'ioredis';
import { toRuleset } from '../evaluate/engines/fauna.ts';
import { ourProgram } from '../processes/our-program.ts';
import { startProgram } from '../processes/start-program.ts';
import { startRedis } from '../processes/start-redis.ts';
import type { Subject, SubjectStart } from './subject.ts';

/** The bearer as `npm run bearer` starts it, on a Redis that holds the set and a client key. */
export async function faunaSubject({ set, pin, node }: SubjectStart): Promise<Subject> {
  const redis = await startRedis();
  const environment = randomUUID();
  const key = formatSdkKey('client', randomBytes(32));
  const registry: KeyRegistry = {
    schema: 1,
    keys: {
      [sha256(key)]: { id: randomUUID(), environment, kind: 'client', origins: ['*'], state: 'active' },
    },
    handleKeys: [{ kid: 'k1', secret: randomBytes(32).toString('base64url') }],
    contextSecrets: {},
  };
  await layDown(redis.url, { [environment]: toRuleset(set), [keyRegistryDocument]: registry });
  // It begins with what it has kept, which must not be another run's.
  const dataDir = mkdtempSync(join(tmpdir(), 'fauna-bench-bearer-'));
  const bearer = await startProgram({
    command: ourProgram('bearer/src/entry/node-main.ts', { node, pin }),
    environment: {
      REDIS_URL: redis.url,
      PORT: '0',
      FAUNA_WORKERS: '1',
      LOG_LEVEL: 'warn',
      FAUNA_DATA_DIR: dataDir,
    },
    ready: /listening on http:\/\/\S+:(\d+)/,
  });
  const port = Number(bearer.said[1]);
  return {
    port,
    pid: bearer.pid,
    requestFor: (user) => ({
      method: 'POST',
      path: '/connect/client',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ context: user }),
    }),
    read: (body) => {
      const { flags } = body as { readonly flags: Readonly<Record<string, { readonly value: unknown }>> };
      return new Map(Object.entries(flags).map(([flag, { value }]) => [flag, value === true]));
    },
    async stop() {
      await bearer.stop();
      await redis.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Writes documents where bearers look for them, as a manager's publisher does. */
async function layDown(url: string, documents: Readonly<Record<string, unknown>>): Promise<void> {
  const redis = new Redis(url);
  for (const [id, document] of Object.entries(documents)) {
    const { epoch, version, hash, payload } = snapshotOf(document);
    await redis.hset(storeKeys.snapshot(id), { e: epoch, v: version, h: hash, payload, ts: 0 });
    await redis.hset(storeKeys.positions, id, `${epoch}-${version}-${hash}`);
  }
  redis.disconnect();
}

function snapshotOf(document: unknown): Snapshot & { readonly payload: Buffer } {
  const payload = Buffer.from(canonicalJson(document));
  return { epoch: 1_700_000_000, version: 1, hash: sha256(payload), payload };
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
