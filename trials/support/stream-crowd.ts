import type { Socket } from 'node:net';
import { backoffDelayMs } from '../../sdks/core/src/link/backoff.ts';
import { openLoadStream } from './load-stream.ts';

/** A crowd to be opened. */
export interface CrowdPlan {
  /** Bearers, in the order in which a client tries them. */
  readonly ports: readonly number[];
  readonly kind: 'client' | 'server';
  readonly key: string;
  readonly count: number;
  /** Number of the first client, which its context and its address follow from. */
  readonly first: number;
  /** Begun each second. */
  readonly perSecond: number;
  /** False for clients that never read what they are sent. */
  readonly isReading?: boolean;
  /** `X-Forwarded-For` of each client; `#` in it is its number. */
  readonly forwardedFor?: string;
  /** The one address that all come from, instead of one for every so many. */
  readonly sourceAddress?: string;
  /** False for clients that stay away once they have been cut. */
  readonly comesBack?: boolean;
}

/** How a crowd stands. */
export interface CrowdReport {
  readonly open: number;
  readonly connects: number;
  readonly refusals: Readonly<Record<string, number>>;
  /** Frames by event. */
  readonly frames: Readonly<Record<string, number>>;
  readonly ends: number;
  /** Most connection attempts within one second. */
  readonly connectsPerSecondMax: number;
  /** Milliseconds of the epoch at which marked frames came (see `mark`). */
  readonly markedAtMs: readonly number[];
  /** Positions at which clients now stand, with how many each. */
  readonly positions: Readonly<Record<string, number>>;
}

/** Clients share source addresses below what a bearer allows one of them. */
const clientsPerAddress = 1_000;

/** Many clients of bearers in one process, which come back by the law of the SDKs. */
export class StreamCrowd {
  readonly #plan: CrowdPlan;
  readonly #members: Member[];
  readonly #connectsBySecond = new Map<number, number>();
  readonly frames: Record<string, number> = {};
  readonly refusals: Record<string, number> = {};
  readonly markedAtMs: number[] = [];
  ends = 0;
  #mark: string | undefined;
  #ports: readonly number[];
  #closed = false;

  constructor(plan: CrowdPlan) {
    this.#plan = plan;
    this.#ports = plan.ports;
    this.#members = Array.from({ length: plan.count }, (_, at) => new Member(this, plan, plan.first + at));
  }

  /** Begins all, at the planned pace. */
  async begin(): Promise<void> {
    const startMs = performance.now();
    for (const [at, member] of this.#members.entries()) {
      const dueMs = startMs + (at / this.#plan.perSecond) * 1_000;
      if (dueMs > performance.now())
        await new Promise((resolve) => setTimeout(resolve, dueMs - performance.now()));
      member.connect();
    }
  }

  /** From now on frames whose data hold this text are noted with their time. */
  mark(text: string): void {
    this.#mark = text;
    this.markedAtMs.length = 0;
  }

  get report(): CrowdReport {
    const positions: Record<string, number> = {};
    for (const { position } of this.#members)
      if (position !== undefined) positions[position] = (positions[position] ?? 0) + 1;
    return {
      open: this.#members.filter(({ isOpen }) => isOpen).length,
      connects: [...this.#connectsBySecond.values()].reduce((sum, count) => sum + count, 0),
      connectsPerSecondMax: Math.max(0, ...this.#connectsBySecond.values()),
      refusals: this.refusals,
      frames: this.frames,
      ends: this.ends,
      markedAtMs: this.markedAtMs,
      positions,
    };
  }

  /** Where clients find bearers from now on, as when an address comes to stand for another machine. */
  aim(ports: readonly number[]): void {
    this.#ports = ports;
  }

  get ports(): readonly number[] {
    return this.#ports;
  }

  /** Counting of connects and frames begins anew. */
  forget(): void {
    this.#connectsBySecond.clear();
    this.ends = 0;
    for (const counts of [this.frames, this.refusals])
      for (const name of Object.keys(counts)) delete counts[name];
  }

  close(): void {
    this.#closed = true;
    for (const member of this.#members) member.close();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  noteConnect(): void {
    const second = Math.floor(Date.now() / 1_000);
    this.#connectsBySecond.set(second, (this.#connectsBySecond.get(second) ?? 0) + 1);
  }

  noteFrame(event: string, data: string): void {
    this.frames[event] = (this.frames[event] ?? 0) + 1;
    if (this.#mark !== undefined && data.includes(this.#mark))
      this.markedAtMs.push(performance.timeOrigin + performance.now());
  }
}

class Member {
  isOpen = false;
  position: string | undefined;
  readonly #crowd: StreamCrowd;
  readonly #plan: CrowdPlan;
  readonly #number: number;
  #socket: Socket | undefined;
  #retryMs = 1_000;
  #failures = 0;
  #waitedMs = 0;
  #delayMs: number | undefined;

  constructor(crowd: StreamCrowd, plan: CrowdPlan, number: number) {
    this.#crowd = crowd;
    this.#plan = plan;
    this.#number = number;
  }

  connect(): void {
    const { kind, key, forwardedFor, isReading = true } = this.#plan;
    const { ports } = this.#crowd;
    if (this.#crowd.isClosed) return;
    this.#crowd.noteConnect();
    this.#socket = openLoadStream(
      {
        port: ports[this.#failures % ports.length] ?? 0,
        path: kind === 'client' ? '/stream/client' : '/stream/server',
        key,
        ...(kind === 'client' && { body: JSON.stringify({ context: { key: `user-${this.#number}` } }) }),
        sourceAddress:
          this.#plan.sourceAddress ?? `127.0.1.${1 + (Math.floor(this.#number / clientsPerAddress) % 250)}`,
        ...(forwardedFor !== undefined && { forwardedFor: forwardedFor.replace('#', this.#asAddress()) }),
      },
      {
        onOpen: (status) => {
          this.isOpen = status === 200;
          if (!this.isOpen) this.#crowd.refusals[status] = (this.#crowd.refusals[status] ?? 0) + 1;
        },
        onFrame: (event, data) => {
          this.#crowd.noteFrame(event, data);
          if (event === 'goodbye') this.#delayMs = Number(/"delayMs":(\d+)/.exec(data)?.[1] ?? 0);
        },
        onRetry: (ms) => (this.#retryMs = ms),
        onId: (id) => (this.position = id),
        onEnd: () => this.#ended(),
      },
      { lastEventId: this.position, isReading },
    );
  }

  close(): void {
    this.#socket?.destroy();
  }

  /** Its number, as an address of which everybody has another. */
  #asAddress(): string {
    return `10.${(this.#number >> 16) & 255}.${(this.#number >> 8) & 255}.${this.#number & 255}`;
  }

  #ended(): void {
    this.#crowd.ends += 1;
    const rounds = Math.floor(this.#failures / this.#crowd.ports.length);
    // A stream that spoke leaves little behind, as with the SDKs.
    this.#failures = this.isOpen ? 1 : this.#failures + 1;
    this.isOpen = false;
    if (this.#crowd.isClosed || this.#plan.comesBack === false) return;
    const { random } = Math;
    const [waitedMs, retryMs] = [this.#waitedMs, this.#retryMs];
    const delayMs = this.#delayMs ?? backoffDelayMs({ failures: rounds, waitedMs, retryMs, random });
    this.#delayMs = undefined;
    this.#waitedMs += delayMs;
    setTimeout(() => this.connect(), delayMs);
  }
}
