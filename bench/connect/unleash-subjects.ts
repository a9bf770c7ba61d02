import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../../manager/src/platform/postgres/embedded-postgres.ts';
import { toFeature } from '../evaluate/engines/unleash.ts';
import type { ReferenceSet, ReferenceUser } from '../evaluate/reference-set.ts';
import { startProgram } from '../processes/start-program.ts';
import type { Subject, SubjectStart } from './subject.ts';

/** Migrations and caches take it most of a minute on a busy machine. */
const serverPatienceMs = 240_000;

/** @unleash/proxy, which answers its clients from memory as our bearer does. */
export async function unleashProxySubject({ set, pin, node, peersFolder }: SubjectStart): Promise<Subject> {
  const program = await startProgram({
    command: [...pin, node, peerScript('unleash-proxy'), peersFolder],
    input: JSON.stringify(set.flags.map((flag) => toFeature(set, flag))),
    ready: /port (\d+)/,
  });
  return {
    port: Number(program.said[1]),
    pid: program.pid,
    requestFor: (user) => requestFor('/proxy', 'bench-frontend-key', user),
    read: (body) => readToggles(set, body),
    stop: () => program.stop(),
  };
}

/** unleash-server over a Postgres of its own, asked as its frontend SDKs ask it. */
export async function unleashServerSubject({ set, pin, node, peersFolder }: SubjectStart): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'fauna-bench-unleash-'));
  chmodSync(folder, 0o755); // As root the database runs as another account, which must be able to enter.
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  const program = await startProgram({
    command: [...pin, node, peerScript('unleash-server'), peersFolder, postgres.url],
    ready: /port (\d+)/,
    patienceMs: serverPatienceMs,
  });
  const port = Number(program.said[1]);
  await createFeatures(set, `http://127.0.0.1:${port}/api/admin/projects/default/features`);
  return {
    port,
    pid: program.pid,
    requestFor: (user) => requestFor('/api/frontend', '*:development.bench-frontend-token', user),
    read: (body) => readToggles(set, body),
    async stop() {
      await program.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function peerScript(name: string): string {
  return fileURLToPath(new URL(`peers/${name}.ts`, import.meta.url));
}

/** As Unleash's frontend SDKs ask: the context in the query. */
function requestFor(path: string, key: string, user: ReferenceUser) {
  const query = new URLSearchParams({
    userId: user.key,
    'properties[country]': user.country,
    'properties[email]': user.email,
    'properties[plan]': user.plan,
    'properties[age]': String(user.age),
  });
  return { method: 'GET', path: `${path}?${query}`, headers: { Authorization: key } } as const;
}

/** Only what is on is answered. */
function readToggles(set: ReferenceSet, body: unknown): Map<string, boolean> {
  const { toggles } = body as { readonly toggles: readonly { readonly name: string }[] };
  const on = new Set(toggles.map(({ name }) => name));
  return new Map(set.flags.map(({ key }) => [key, on.has(key)]));
}

async function createFeatures(set: ReferenceSet, url: string): Promise<void> {
  for (const flag of set.flags) {
    const { name, strategies } = toFeature(set, flag);
    await post(url, { name, type: 'release' });
    for (const strategy of strategies)
      await post(`${url}/${name}/environments/development/strategies`, strategy);
    await post(`${url}/${name}/environments/development/on`, {});
  }
}

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: '*:*.bench-admin-token', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`Cannot prepare unleash-server: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}
