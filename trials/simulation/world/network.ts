import type { Chance } from './chance.ts';
import { Connection } from './connection.ts';
import type { Machine } from './machine.ts';
import type { Scheduler } from './scheduler.ts';

/** How it goes between two machines. */
export interface Weather {
  /** Nothing passes. What is sent meanwhile may still arrive when it is over, or never. */
  isCut: boolean;
  latencyMsMin: number;
  latencyMsMax: number;
  /** The share of questions that get lost. */
  loss: number;
  /** What waits for the cut to end. */
  readonly waiting: (() => void)[];
}

const fairLatencyMsMin = 0.5;
const fairLatencyMsMax = 5;

/** How much of what was sent into a cut arrives after it: senders repeat, but not all live to see it. */
const survivesCut = 0.5;

/** What has happened on the way, for the statistics of a run. */
export interface NetworkCounts {
  calls: number;
  /** Questions that were worked on after whoever asked had given up. */
  lateExecutions: number;
}

/** Every way between the machines of a world. */
export class Network {
  readonly counts: NetworkCounts = { calls: 0, lateExecutions: 0 };
  readonly scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #weathers = new Map<string, Weather>();
  readonly #connections = new Set<Connection>();

  constructor(scheduler: Scheduler, chance: Chance) {
    this.scheduler = scheduler;
    this.#chance = chance;
  }

  /** The weather between two machines, in both directions. */
  weather(a: Machine, b: Machine): Weather {
    const name = a.name < b.name ? `${a.name} ${b.name}` : `${b.name} ${a.name}`;
    const known = this.#weathers.get(name);
    if (known !== undefined) return known;
    const weather: Weather = {
      isCut: false,
      latencyMsMin: fairLatencyMsMin,
      latencyMsMax: fairLatencyMsMax,
      loss: 0,
      waiting: [],
    };
    this.#weathers.set(name, weather);
    return weather;
  }

  /** Ends a cut, and lets go what has waited for that. */
  heal(weather: Weather): void {
    weather.isCut = false;
    for (const go of weather.waiting.splice(0)) go();
  }

  /** Fair weather everywhere. */
  healAll(): void {
    for (const weather of this.#weathers.values()) {
      weather.latencyMsMin = fairLatencyMsMin;
      weather.latencyMsMax = fairLatencyMsMax;
      weather.loss = 0;
      this.heal(weather);
    }
  }

  /** How long a message takes at this moment. */
  latencyMs(weather: Weather): number {
    return this.#chance.between(weather.latencyMsMin, weather.latencyMsMax);
  }

  /**
   * Asks another machine to do something there, and resolves to what came of it. Rejects when nobody is there, or after
   * the time; the work may be done all the same, and later.
   */
  call<T>({
    from,
    to,
    timeoutMs,
    work,
  }: {
    readonly from: Machine;
    readonly to: Machine;
    readonly timeoutMs: number;
    readonly work: () => T | Promise<T>;
  }): Promise<T> {
    this.counts.calls += 1;
    const asker = from.life;
    return new Promise<T>((resolve, reject) => {
      let isWaiting = true;
      const cancel = from.after(timeoutMs, () => {
        isWaiting = false;
        reject(new Error(`No answer from ${to.name} within ${timeoutMs} ms`));
      });
      const answer = (settle: () => void) =>
        this.#carry(to, from, () =>
          from.enter(asker, () => {
            isWaiting = false;
            cancel();
            settle();
          }),
        );
      this.#carry(from, to, () => {
        if (to.state === 'down') {
          answer(() => reject(new Error(`${to.name} is not there`)));
          return;
        }
        to.enter(to.life, () => {
          if (!isWaiting) this.counts.lateExecutions += 1;
          this.#doWork(work).then(
            (done) => answer(() => resolve(done)),
            (error: unknown) => answer(() => reject(error)),
          );
        });
      });
    });
  }

  /** Opens a connection; `refused` is called when nobody is there, `opened` on the other machine otherwise. */
  connect(ends: {
    readonly client: Machine;
    readonly server: Machine;
    readonly opened: (connection: Connection) => void;
    readonly refused: () => void;
  }): Connection {
    const { client, server } = ends;
    const connection = new Connection(this, this.weather(client, server), client, server, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
    connection.onRefused = ends.refused;
    connection.open(() => ends.opened(connection));
    return connection;
  }

  /** A machine is gone: whoever is connected to it hears of it, unless its cable went with it. */
  dropConnections(of: Machine, { silently = false } = {}): void {
    for (const connection of [...this.#connections]) {
      if (connection.client !== of && connection.server !== of) continue;
      if (silently) connection.die();
      if (connection.client === of) connection.closeByClient();
      else connection.reset();
    }
  }

  /** Connections between two machines. */
  between(a: Machine, b: Machine): readonly Connection[] {
    return [...this.#connections].filter(
      ({ client, server }) => (client === a && server === b) || (client === b && server === a),
    );
  }

  /** Carries one message, if it gets through at all. */
  #carry(from: Machine, to: Machine, arrive: () => void): void {
    const weather = this.weather(from, to);
    if (weather.isCut) {
      if (this.#chance.holds(survivesCut)) weather.waiting.push(() => this.#carry(from, to, arrive));
      return;
    }
    if (weather.loss > 0 && this.#chance.holds(weather.loss)) return;
    this.scheduler.after(this.latencyMs(weather), arrive);
  }

  async #doWork<T>(work: () => T | Promise<T>): Promise<T> {
    return work();
  }
}
