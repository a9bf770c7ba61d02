import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaunaProcess } from './support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from './support/google-pay.ts';
import { Program } from './support/program.ts';

interface Line {
  readonly event: 'ready' | 'change' | 'status';
  readonly value: boolean | null;
  readonly other?: boolean | null;
  readonly state: string;
}

describe('applications that stay up', () => {
  let fauna: FaunaProcess;
  let programs: readonly Program<Line>[] = [];
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    await fauna.start();
    const { clientKey, serverKey } = await tellGooglePayStory(fauna);
    programs = [
      new Program<Line>('manager/test/programs/client-app.ts', [fauna.url, clientKey]),
      new Program<Line>('manager/test/programs/server-app.ts', [fauna.url, serverKey]),
    ];
    await Promise.all(programs.map((program) => program.next(({ event }) => event === 'ready')));
  });
  afterAll(async () => {
    for (const program of programs) program.end();
    await fauna.dispose();
  });

  /** Switches and answers how long each program took to see it. */
  async function toggled(enabled: boolean, patienceMs?: number): Promise<number[]> {
    const seen = programs.map(({ lines }) => lines.length);
    const startMs = performance.now();
    await toggleGooglePay(fauna, enabled);
    const found = await Promise.all(
      programs.map((program, index) =>
        program.next(({ value, event }) => event === 'change' && value === enabled, {
          seen: seen[index] ?? 0,
          ...(patienceMs === undefined ? {} : { patienceMs }),
        }),
      ),
    );
    return found.map(({ atMs }) => atMs - startMs);
  }

  it('see a switch within a second, each its own users only', async () => {
    for (const enabled of [false, true]) {
      for (const tookMs of await toggled(enabled)) expect(tookMs).toBeLessThan(1_000);
    }
    expect(programs[1]?.lines.every(({ line }) => line.other !== true)).toBe(true);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'follow again after the manager was restarted with %s',
    async (signal) => {
      const seen = programs.map(({ lines }) => lines.length);
      await fauna.end(signal);
      await fauna.start();
      await Promise.all(
        programs.map((program, index) =>
          program.next(({ state }) => state === 'live', { seen: seen[index] ?? 0, patienceMs: 30_000 }),
        ),
      );
      for (const enabled of [false, true]) {
        for (const tookMs of await toggled(enabled)) expect(tookMs).toBeLessThan(1_000);
      }
      expect(programs.every(({ isAlive }) => isAlive)).toBe(true);
    },
  );

  it('keep what they know while the manager is away', async () => {
    const since = programs.map(({ lines }) => lines.length);
    await fauna.end('SIGKILL');
    await Promise.all(
      programs.map((program, index) =>
        program.next(({ state }) => state !== 'live', { seen: since[index] ?? 0 }),
      ),
    );
    for (const { lines } of programs) expect(lines.at(-1)?.line.value).toBe(true);
    await fauna.start();
  });
});
