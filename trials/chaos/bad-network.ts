import { type Client, createClient } from '@fauna-flags/client';
import { comparePositions, parsePosition, systemPlatform } from '@fauna-flags/core/link';
import { eventually, pause } from '../../manager/test/support/fauna-process.ts';
import { World } from '../support/world.ts';
import { exactly, holds, type Scenario } from './scenario.ts';

const clientCount = 10;

/** C20. */
export const badNetwork: Scenario = {
  id: 'C20',
  title: '1-byte chunks, 300 ms ± latency, 1 % RST between SDK and bearer for 1 h',
  shortened: '2 minutes; 1 % RST per 100 bytes, since 1 % of every byte lets no frame through',
  async run({ isFull }) {
    const world = await World.start({ managers: 1, bearers: 1 });
    const clients: Client[] = [];
    /** Where within its window each reconnect was placed: uniform, if the law is kept. */
    const places: number[] = [];
    const delays: number[] = [];
    try {
      const { front } = world.bearer();
      for (let at = 0; at < clientCount; at += 1) {
        let drawn: number | undefined;
        const { setTimer } = systemPlatform();
        clients.push(
          createClient({
            url: world.bearer().frontUrl,
            key: world.oracle.clientKey,
            context: { key: `user-${at}` },
            storage: null,
            platform: {
              random: () => (drawn = Math.random()),
              setTimer: (callback, delayMs) => {
                // The timer that is set in the step in which chance was asked is the one of the reconnect.
                if (drawn !== undefined && delayMs > 0) {
                  const windowMs = delayMs / drawn;
                  if (windowMs >= 999 && windowMs <= 30_001) {
                    places.push(drawn);
                    delays.push(delayMs);
                  }
                }
                drawn = undefined;
                return setTimer(callback, delayMs);
              },
            },
          }),
        );
      }
      await Promise.all(clients.map((client) => client.ready()));
      front.setWeather({ chunkBytes: 1, delayMs: 200, jitterMs: 200, resetChance: 0.0001 });
      const regressions: string[] = [];
      for (const client of clients) watchSteps(client, regressions);
      const untilMs = performance.now() + (isFull ? 3_600_000 : 120_000);
      while (performance.now() < untilMs) {
        await world.oracle.mustWrite();
        await pause(1_000);
      }
      front.setWeather({});
      const isCurrent = (client: Client) => client.get('counter', -1) === world.oracle.acknowledged;
      await eventually(() => clients.every(isCurrent), { patienceMs: 60_000, what: 'all clients' }).catch(
        () => {},
      );
      const distance = kolmogorovSmirnov(places);
      const bound = 1.63 / Math.sqrt(places.length); // At 1 %.
      return [
        exactly(
          'clients that differ from the database at the end',
          clients.filter((c) => !isCurrent(c)).length,
          0,
        ),
        exactly('steps backwards', regressions.length, 0, regressions),
        holds(
          `reconnects follow the jitter law (KS distance ≤ ${bound.toFixed(3)} of ${places.length})`,
          places.length >= 10 && distance <= bound,
          distance.toFixed(3),
        ),
        holds(
          'no wait is longer than the cap of 30 s',
          Math.max(0, ...delays) <= 30_000,
          `${Math.round(Math.max(0, ...delays))} ms`,
        ),
      ];
    } finally {
      for (const client of clients) client.close();
      await world.dispose();
    }
  },
};

/** Notes every change after which a client stands at something older than before. */
function watchSteps(client: Client, regressions: string[]): void {
  let before = parsePosition(client.status.position);
  client.on('change', () => {
    const now = parsePosition(client.status.position);
    if (before !== undefined && now !== undefined && comparePositions(now, before) === 'older')
      regressions.push(`${client.status.position}`);
    before = now ?? before;
  });
}

/** How far a sample is from the uniform distribution on [0, 1). */
function kolmogorovSmirnov(sample: readonly number[]): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return Math.max(
    0,
    ...sorted.flatMap((value, at) => [
      Math.abs((at + 1) / sorted.length - value),
      Math.abs(value - at / sorted.length),
    ]),
  );
}
