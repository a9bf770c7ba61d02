import { connect, createServer, type Server, type Socket } from 'node:net';
import { ChaosLane, type Weather } from './chaos-lane.ts';

/**
 * How a link behaves: `pass` carries both ways; `refuse` resets what is open and what comes; `blackhole` takes
 * connections and carries nothing, as a partition does; `half-up` carries only what goes to the target, `half-down` only
 * what comes from it.
 */
export type LinkState = 'pass' | 'refuse' | 'blackhole' | 'half-up' | 'half-down';

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
  readonly lanes: readonly ChaosLane[];
  /** Carries nothing any more, whatever the link does for others. */
  isStranded: boolean;
}

/** A TCP proxy on loopback whose link is in the hands of a test. What was held is carried once the link passes again. */
export class ChaosProxy {
  /** Connections that were ever made through it, refused ones too. */
  connectionCount = 0;
  readonly #server: Server;
  readonly #random: () => number;
  readonly #pairs = new Map<Socket, Pair>();
  #targetPort: number;
  #state: LinkState = 'pass';
  #weather: Weather = {};

  private constructor(targetPort: number, random: () => number) {
    this.#targetPort = targetPort;
    this.#random = random;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  /** Listens on a port of the system's choice, in front of a port of this machine. */
  static async open(targetPort: number, random: () => number = Math.random): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(targetPort, random);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen');
    return address.port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#pairs.size;
  }

  /** New connections go there from now on. */
  aimAt(targetPort: number): void {
    this.#targetPort = targetPort;
  }

  /** Changes the state of the link, for open connections too. */
  be(state: LinkState): void {
    this.#state = state;
    if (state === 'refuse') this.cut();
    this.#pumpAll();
  }

  /** Changes what a passing link does to bytes on their way, in both directions. */
  setWeather(weather: Weather): void {
    this.#weather = weather;
    this.#pumpAll();
  }

  /** Resets every open connection, on both sides. */
  cut(): void {
    for (const { client, target } of [...this.#pairs.values()]) {
      client.resetAndDestroy();
      target.resetAndDestroy();
    }
  }

  /**
   * Open connections carry nothing any more and look alive to both sides, for good; new ones are not touched. Only those
   * that the target sees coming from one of these ports, when they are given.
   */
  strand(fromPorts?: readonly number[]): void {
    for (const pair of this.#pairs.values())
      if (fromPorts === undefined || fromPorts.includes(pair.target.localPort ?? 0)) pair.isStranded = true;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    this.connectionCount += 1;
    client.on('error', () => {}); // What breaks is closed, and that is all there is to do about it.
    if (this.#state === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const target = connect({ port: this.#targetPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    target.on('error', () => client.resetAndDestroy());
    const lane = (from: Socket, to: Socket, holding: readonly LinkState[]) =>
      new ChaosLane({
        from,
        to,
        random: this.#random,
        weather: () => ({
          ...this.#weather,
          ...((pair.isStranded || holding.includes(this.#state)) && { isHeld: true }),
        }),
      });
    const pair: Pair = {
      client,
      target,
      isStranded: false,
      lanes: [
        lane(client, target, ['blackhole', 'half-down']),
        lane(target, client, ['blackhole', 'half-up']),
      ],
    };
    this.#pairs.set(client, pair);
    const gone = () => {
      this.#pairs.delete(client);
      client.destroy();
      target.destroy();
    };
    client.once('close', gone);
    target.once('close', gone);
  }

  #pumpAll(): void {
    for (const { lanes } of this.#pairs.values()) for (const lane of lanes) lane.pump();
  }
}
