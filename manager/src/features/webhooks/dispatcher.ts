import { reasonOf } from '../../platform/reason-of.ts';
import { clearDeliveries } from './clear-deliveries.ts';
import { clearOldSecrets } from './clear-old-secrets.ts';
import { endLease, leaseDue } from './lease.ts';
import { hasEnabledWebhooks, makeDeliveries } from './make-deliveries.ts';
import { sendDue } from './send-due.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/*
 * Brings what has happened to those who want to hear of it. Every manager runs one, without a leader: making deliveries is
 * kept apart by row locks, sending by leases. It is nobody's way to anything else: writers write into the audit trail what
 * they would write anyway, and it reads there.
 */

/** Webhooks that one manager sends to at the same time. */
const lanesMax = 8;
/** How soon what other managers commit, and what is to be tried again, is seen. */
const pollMs = 1_000;
/** The same while there are no webhooks. */
const idlePollMs = 5_000;
/** How soon after a change here; changes that come meanwhile share the look. */
const wokenMs = 50;
const clearEveryMs = 10 * 60 * 1_000;

/** What a dispatcher needs of the world. */
export interface DispatcherDeps extends WebhookDeps {
  /** Tells managers apart: another one at every start. */
  readonly holder: string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** Makes deliveries of what has happened, and sends what is due. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #lanes = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isRunning = false;
  #isWoken = false;
  #isIdle = false;
  #isAway = false;
  /** By a clock that nobody sets: one that is set back must not keep it from clearing. */
  #clearAtMs = 0;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  /** Looks again and again from now on. */
  start(): void {
    this.#isRunning = true;
    this.#wait(0);
  }

  /** Something was changed here: wakes it, if there is anybody to tell. Never throws. */
  nudge(): void {
    if (!this.#isIdle) this.wake();
  }

  /** Looks soon, since there may be something to do: a webhook itself was changed here, for instance. Never throws. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isRunning && this.#looking === undefined) this.#wait(wokenMs);
  }

  /** Looks once: makes deliveries of what has happened, and begins to send what is due. */
  async look(): Promise<void> {
    const { database } = this.#deps;
    await this.#clear();
    this.#isWoken = false;
    this.#isIdle = !(await hasEnabledWebhooks(database));
    if (this.#isIdle) return;
    const { signal } = this.#stop;
    let isMore = true;
    while (isMore && !signal.aborted) {
      isMore = await makeDeliveries(database, { signal });
      await this.#send();
    }
  }

  /** Resolves when nothing is being sent. */
  async settled(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes);
  }

  /** Begins nothing new. What is being sent may end. */
  stop(): void {
    this.#isRunning = false;
    clearTimeout(this.#timer);
  }

  /** Ends what is being sent when it takes longer than `patienceMs`; another manager will send that again. */
  async close(patienceMs: number): Promise<void> {
    this.stop();
    const timer = setTimeout(() => this.#stop.abort(), patienceMs);
    await this.#looking;
    await this.settled();
    clearTimeout(timer);
  }

  async #send(): Promise<void> {
    const { database, holder } = this.#deps;
    const count = lanesMax - this.#lanes.size;
    if (count <= 0 || this.#stop.signal.aborted) return;
    for (const id of await leaseDue(database, { holder, count })) {
      const lane = this.#lane(id).finally(() => this.#lanes.delete(lane));
      this.#lanes.add(lane);
    }
  }

  async #lane(id: string): Promise<void> {
    const { database, holder, random } = this.#deps;
    try {
      const isMore = await sendDue(this.#deps, { id, holder, random, signal: this.#stop.signal });
      await endLease(database, { id, holder });
      if (isMore) this.wake();
    } catch (error) {
      // The lease runs out, and whoever takes it then begins with the same delivery.
      this.#tell(error);
    }
  }

  async #clear(): Promise<void> {
    const { database } = this.#deps;
    if (performance.now() < this.#clearAtMs) return;
    await clearOldSecrets(database);
    this.#clearAtMs = (await clearDeliveries(database)) ? 0 : performance.now() + clearEveryMs;
  }

  #wait(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isRunning) this.#timer = setTimeout(() => void this.#turn(), delayMs);
  }

  async #turn(): Promise<void> {
    this.#looking = this.look().then(
      () => {
        this.#isAway = false;
      },
      (error: unknown) => this.#tell(error),
    );
    await this.#looking;
    this.#looking = undefined;
    const poll = (this.#isIdle ? idlePollMs : pollMs) * (0.75 + this.#deps.random() / 2);
    this.#wait(this.#isWoken ? wokenMs : poll);
  }

  #tell(error: unknown): void {
    if (!this.#isAway)
      this.#deps.log.warn({ reason: reasonOf(error) }, 'Cannot dispatch webhooks for the moment');
    this.#isAway = true;
    this.#isWoken = false;
  }
}
