import { createHash } from 'node:crypto';
import { Problem } from '@fauna-flags/protocol';
import { neighbourhoodOf, networkOf } from './networks.ts';
import { SlowLane } from './slow-lane.ts';

/** How failures of one kind of source are slowed down. */
interface Policy {
  /** So many may fail before anything is slowed: people mistype. */
  readonly freeMax: number;
  /** The wait doubles with every failure beyond, from a second up to this. */
  readonly waitMsMax: number;
}

/** One network has fewer than three thousand tries at one account a day. */
const pairPolicy: Policy = { freeMax: 5, waitMsMax: 30_000 };
/** Many people can share an address, so that it may fail more often, and then waits longer. */
const addressPolicy: Policy = { freeMax: 20, waitMsMax: 300_000 };

/**
 * So often may sign-ins to one account fail, from wherever, before those that come from networks where nobody has signed
 * in to it are judged one after the other, `laneSpacingMs` apart. None of them is refused for what others do as long as
 * `laneWaitingMax` are not waiting, which takes half a minute to get through. Together they have 43,200 tries a day.
 */
const accountFreeMax = 20;
const laneSpacingMs = 2_000;
const laneWaitingMax = 15;

const firstWaitMs = 1_000;
/** What lies this far back is forgiven. */
const forgetMs = 60 * 60 * 1000;
/** Some megabytes at most; a source beyond that pushes out the one that was quiet for longest. */
const sourcesMax = 10_000;

/** One attempt that was let through. The first word about it counts. */
export interface SignInAttempt {
  /** The password was right. */
  succeeded(): void;
  /** It was never judged, and so counts for nothing. */
  withdrawn(): void;
}

interface Failures {
  readonly count: number;
  readonly lastAt: number;
}

/** Whether somebody has signed in to an account from this network, as far as is kept: what one process forgets, or never saw. */
export type SignedInBefore = (email: string, network: string) => Promise<boolean>;

/**
 * Slows guessing down. A network that fails is refused for a while: at one account soon, at many a little later. An
 * account at which many networks fail is never closed to the next: there sign-ins only wait for each other. Accounts that
 * do not exist are treated like those that do. Where somebody has signed in to an account before, they are counted by
 * themselves, so that they do not even wait. It lives in one process: several managers allow a guesser as many times more.
 */
export class SignInDelay {
  readonly #now: () => Date;
  readonly #signedInBefore: SignedInBefore;
  readonly #failures = new Map<string, Failures>();
  /** Accounts with the networks that they were signed in to from, the latest last. */
  readonly #known = new Set<string>();
  readonly #lane = new SlowLane({ spacingMs: laneSpacingMs, waitingMax: laneWaitingMax });

  constructor(now: () => Date, signedInBefore: SignedInBefore = async () => false) {
    this.#now = now;
    this.#signedInBefore = signedInBefore;
  }

  /** How many sources are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  /**
   * Resolves when an attempt may be judged, or rejects with `rate_limited`. It counts as failed from here on until it is
   * known to have succeeded, so that a thousand attempts at once are not a thousand free ones.
   */
  async admit({
    email,
    address,
  }: {
    readonly email: string;
    readonly address: string;
  }): Promise<SignInAttempt> {
    // Digests are short, and e-mail addresses of people have no place in a list of suspects.
    const account = `account ${createHash('sha256').update(email).digest('base64')}`;
    const network = networkOf(address);
    const source = `address ${network}`;
    const neighbours = `near ${neighbourhoodOf(address)}`;
    const both = `${account} at ${source}`;
    // Asked only where it matters: as long as nobody fails, nobody is slowed down.
    const hasFailures = [account, source].some((key) => this.#recent(key).count > 0);
    if (!this.#known.has(both) && hasFailures && (await this.#signedInBefore(email, network))) {
      this.#remember(both);
    }
    const isKnown = this.#known.has(both);
    const policies = new Map([[both, pairPolicy], ...(isKnown ? [] : [[source, addressPolicy] as const])]);
    const waitMs = Math.max(...[...policies].map(([key, policy]) => this.#waitMs(key, policy)));
    if (waitMs > 0) {
      throw new Problem('rate_limited', 'Cannot sign in yet: too many attempts have failed', {
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      });
    }
    const isSlowed = !isKnown && this.#recent(account).count >= accountFreeMax;
    const weight = this.#recent(neighbours).count;
    const keys = [...policies.keys(), ...(isKnown ? [] : [account, neighbours])];
    for (const key of keys) this.#change(key, 1);
    let isOpen = true;
    const settle = (judge: () => void) => () => {
      if (!isOpen) return;
      isOpen = false;
      for (const key of keys) this.#change(key, -1);
      judge();
    };
    const withdrawn = settle(() => {});
    if (isSlowed) {
      await this.#lane.turn(account, weight).catch((error: unknown) => {
        withdrawn();
        throw error;
      });
    }
    return {
      succeeded: settle(() => {
        // Whoever guesses elsewhere is not forgiven because the owner, where they are known, has signed in.
        if (!isKnown) this.#failures.delete(account);
        this.#failures.delete(both);
        this.#remember(both);
      }),
      withdrawn,
    };
  }

  #remember(both: string): void {
    this.#known.delete(both);
    this.#known.add(both);
    const [oldest] = this.#known;
    if (this.#known.size > sourcesMax && oldest !== undefined) this.#known.delete(oldest);
  }

  #waitMs(key: string, { freeMax, waitMsMax }: Policy): number {
    const { count, lastAt } = this.#recent(key);
    if (count < freeMax) return 0;
    const wait = Math.min(waitMsMax, firstWaitMs * 2 ** (count - freeMax));
    return Math.max(0, lastAt + wait - this.#now().getTime());
  }

  #recent(key: string): Failures {
    const known = this.#failures.get(key);
    const now = this.#now().getTime();
    return known === undefined || now - known.lastAt > forgetMs ? { count: 0, lastAt: now } : known;
  }

  #change(key: string, by: 1 | -1): void {
    const { count, lastAt } = this.#recent(key);
    this.#failures.delete(key);
    if (count + by <= 0) return;
    // Set anew, it is the youngest: a Map lists its entries in the order in which they came.
    this.#failures.set(key, { count: count + by, lastAt: by > 0 ? this.#now().getTime() : lastAt });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > sourcesMax && oldest !== undefined) this.#failures.delete(oldest);
  }
}
