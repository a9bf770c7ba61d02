import type { Machine } from './machine.ts';
import type { Network, Weather } from './network.ts';

/** One direction of a connection: what was sent first arrives first. */
interface Lane {
  readonly to: Machine;
  life: number;
  /** Nothing arrives before what was sent before it. */
  arrivesAt: number;
}

/**
 * A connection between two machines that carries messages in order until one of them ends it. What is sent into a cut
 * waits for its end, as TCP repeats itself. A connection may also die without a word: then nothing arrives any more, and
 * neither end is told.
 */
export class Connection {
  readonly client: Machine;
  readonly server: Machine;
  /** Called on the client's side when nobody listens at the other end. */
  onRefused: () => void = () => undefined;
  /** Called on the client's side when the connection was ended for it. */
  onClientReset: () => void = () => undefined;
  /** Called on the server's side when the connection was ended for it. */
  onServerReset: () => void = () => undefined;
  readonly #network: Network;
  readonly #weather: Weather;
  readonly #down: Lane;
  readonly #up: Lane;
  readonly #onOver: () => void;
  #state: 'open' | 'dead' | 'over' = 'open';

  constructor(network: Network, weather: Weather, client: Machine, server: Machine, onOver: () => void) {
    this.#network = network;
    this.#weather = weather;
    this.client = client;
    this.server = server;
    this.#onOver = onOver;
    this.#down = { to: client, life: client.life, arrivesAt: 0 };
    this.#up = { to: server, life: server.life, arrivesAt: 0 };
  }

  /** Whether it has died without a word. */
  get isDead(): boolean {
    return this.#state === 'dead';
  }

  /** Runs something at the client, in the order of sending. */
  toClient(run: () => void): void {
    this.#send(this.#down, run);
  }

  /** Runs something at the server, in the order of sending. */
  toServer(run: () => void): void {
    this.#send(this.#up, run);
  }

  /** The first message, which finds the server in whatever life it then has, or not at all. */
  open(run: () => void): void {
    this.#carry(this.#up, () => {
      if (this.server.state === 'down') return this.#refuse();
      this.#up.life = this.server.life;
      this.server.enter(this.server.life, run);
    });
  }

  /** Ends it from the client's side: the server hears of it, the client need not. */
  closeByClient(): void {
    this.#end(() => this.#send(this.#up, () => this.onServerReset()));
  }

  /** Ends it from the server's side, behind whatever was sent. */
  closeByServer(): void {
    if (this.#state === 'open') this.#end(() => this.#send(this.#down, () => this.onClientReset()));
  }

  /** Breaks it: both ends hear of it. */
  reset(): void {
    if (this.#state === 'open')
      this.#end(() => {
        this.#send(this.#down, () => this.onClientReset());
        this.#send(this.#up, () => this.onServerReset());
      });
  }

  /** From now on nothing arrives, and nobody is told: to the client it stays open until it gives it up. */
  die(): void {
    if (this.#state === 'open') this.#state = 'dead';
  }

  #end(tell: () => void): void {
    if (this.#state === 'over') return;
    if (this.#state === 'open') tell();
    this.#state = 'over';
    this.#onOver();
  }

  #refuse(): void {
    if (this.#state !== 'open') return;
    this.#send(this.#down, () => this.onRefused());
    this.#state = 'over';
    this.#onOver();
  }

  #send(lane: Lane, run: () => void): void {
    if (this.#state === 'open') this.#carry(lane, () => lane.to.enter(lane.life, run));
  }

  #carry(lane: Lane, arrive: () => void): void {
    if (this.#weather.isCut) {
      this.#weather.waiting.push(() => this.#carry(lane, arrive));
      return;
    }
    const { scheduler } = this.#network;
    lane.arrivesAt = Math.max(lane.arrivesAt, scheduler.now + this.#network.latencyMs(this.#weather));
    scheduler.after(lane.arrivesAt - scheduler.now, () => {
      if (this.#state !== 'dead') arrive();
    });
  }
}
