import { type Client, createClient } from '@fauna-flags/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, FaunaProcess, pause } from './support/fauna-process.ts';

const rounds = 20;
const writers = 3;

/** What a writer knows of its flag: the last change that was acknowledged, and the one that may or may not have happened. */
interface Ledger {
  readonly flag: string;
  acknowledged: { readonly revision: number; readonly served: string };
  attempted: string | undefined;
}

interface Configuration {
  readonly revision: number;
  readonly defaultServe: { readonly variation: string };
}

describe('a manager that is killed during writes', () => {
  let fauna: FaunaProcess;
  let clientKey: string;
  const ledgers: Ledger[] = [];
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    await fauna.start();
    expect((await fauna.api('POST', '/projects', { key: 'kill', name: 'Kill' })).status).toBe(201);
    for (let writer = 0; writer < writers; writer += 1) {
      const flag = `counter-${writer}`;
      const variations = Array.from({ length: 200 }, (_, value) => ({ key: `v${value}`, value }));
      const created = await fauna.api('POST', '/projects/kill/flags', {
        key: flag,
        name: flag,
        kind: 'number',
        variations,
      });
      expect(created.status).toBe(201);
      const put = await fauna.api('PUT', configurationPath(flag), configuration('v0'), { 'if-match': '*' });
      expect(put.status).toBe(200);
      ledgers.push({
        flag,
        acknowledged: { revision: (put.body as Configuration).revision, served: 'v0' },
        attempted: undefined,
      });
    }
    const key = await fauna.api('POST', '/projects/kill/environments/production/sdk-keys', {
      name: 'c',
      kind: 'client',
    });
    clientKey = (key.body as { readonly key: string }).key;
  });
  afterAll(() => fauna.dispose());

  it(`loses no acknowledged change in ${rounds} rounds, and clients catch up by themselves`, async () => {
    const connect = () =>
      createClient({ url: fauna.url, key: clientKey, context: { key: 'user-1' }, storage: null });
    const knows = (client: Client) =>
      ledgers.every(
        ({ flag, acknowledged }) => client.get(flag, -1) === Number(acknowledged.served.slice(1)),
      );
    const survivor = connect();
    await survivor.ready();
    let lastVersion = 0;
    for (let round = 0; round < rounds; round += 1) {
      const writing = { goesOn: true, acknowledged: 0 };
      const writes = ledgers.map((ledger) => writeUntilItBreaks({ fauna, ledger, writing }));
      // By what has happened and not by the clock alone: on a busy machine the first answer takes longer than any pause.
      await eventually(() => writing.acknowledged > 0, { what: 'an acknowledged change' });
      await pause(Math.random() * 250);
      // Every fourth time the power fails: the database is killed as well and has to recover.
      if (round % 4 === 3) await fauna.killPostgres();
      await fauna.end('SIGKILL');
      writing.goesOn = false;
      await Promise.all(writes);
      await fauna.start();
      for (const ledger of ledgers) await compareWithLedger({ fauna, ledger });
      const newcomer = connect();
      await newcomer.ready();
      expect(knows(newcomer)).toBe(true);
      const version = Number(newcomer.status.position?.split('-')[1]);
      expect(version).toBeGreaterThanOrEqual(lastVersion);
      lastVersion = version;
      newcomer.close();
    }
    // It has lost its stream in every round, so by now it waits up to half a minute between two tries.
    await eventually(() => knows(survivor), { patienceMs: 45_000, what: 'the surviving client to catch up' });
    survivor.close();
    // The writers got somewhere, or nothing has been shown.
    expect(lastVersion).toBeGreaterThan(rounds);
  }, 240_000);
});

/** Writes one change after the other and notes what was acknowledged, until the manager is gone. */
async function writeUntilItBreaks({
  fauna,
  ledger,
  writing,
}: {
  readonly fauna: FaunaProcess;
  readonly ledger: Ledger;
  readonly writing: { readonly goesOn: boolean; acknowledged: number };
}): Promise<void> {
  while (writing.goesOn) {
    const served = `v${(Number(ledger.acknowledged.served.slice(1)) + 1) % 200}`;
    ledger.attempted = served;
    try {
      const { status, body } = await fauna.api('PUT', configurationPath(ledger.flag), configuration(served), {
        'if-match': `"${ledger.acknowledged.revision}"`,
      });
      if (status === 412) return; // A 503 before had committed after all: nobody was told, so nothing was promised.
      if (status === 503) continue; // The database died first: not acknowledged, and the manager says so.
      expect(status).toBe(200);
      ledger.acknowledged = { revision: (body as Configuration).revision, served };
      ledger.attempted = undefined;
      writing.acknowledged += 1;
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return; // The connection broke.
      throw error;
    }
  }
}

/** What the database says must be the last acknowledged change, or the one attempt that got no answer. */
async function compareWithLedger({
  fauna,
  ledger,
}: {
  readonly fauna: FaunaProcess;
  readonly ledger: Ledger;
}): Promise<void> {
  const { status, body } = await fauna.api('GET', configurationPath(ledger.flag));
  expect(status).toBe(200);
  const { revision, defaultServe } = body as Configuration;
  if (revision === ledger.acknowledged.revision) {
    expect(defaultServe.variation).toBe(ledger.acknowledged.served);
  } else {
    expect(revision).toBe(ledger.acknowledged.revision + 1);
    expect(defaultServe.variation).toBe(ledger.attempted);
    ledger.acknowledged = { revision, served: defaultServe.variation };
  }
  ledger.attempted = undefined;
}

function configurationPath(flag: string): string {
  return `/projects/kill/flags/${flag}/environments/production`;
}

function configuration(variation: string): unknown {
  return {
    enabled: true,
    offVariation: 'v0',
    prerequisites: [],
    targets: [],
    rules: [],
    defaultServe: { variation },
  };
}
