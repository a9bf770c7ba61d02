import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Problem } from '@fauna-flags/protocol';

/** How failures of one kind of source are slowed down. */
interface Policy {
  /** So many may fail before anything is slowed: people mistype. */
  readonly freeMax: number;
  /** The wait doubles with every failure beyond, from a second up to this. */
  readonly waitMsMax: number;
}

/**
 * An account is never locked, whoever guesses at it: its owner waits half a minute at worst, while a guesser has fewer
 * than three thousand tries a day.
 */
const accountPolicy: Policy = { freeMax: 5, waitMsMax: 30_000 };
/** Many people can share an address, so that it may fail more often, and then waits longer. */
const addressPolicy: Policy = { freeMax: 20, waitMsMax: 300_000 };

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

/**
 * Slows guessing down, per account and per address. Accounts that do not exist are treated like those that do. Where
 * somebody has signed in to an account before, they are counted by themselves, so that nobody elsewhere can keep them out
 * by failing all the time. It lives in one process: several managers allow a guesser as many times more.
 */
export class SignInDelay {
  readonly #now: () => Date;
  readonly #failures = new Map<string, Failures>();
  /** Accounts with the networks that they were signed in to from, the latest last. */
  readonly #known = new Set<string>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** How many sources are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  /**
   * Lets an attempt through or throws `rate_limited`. It counts as failed from here on until it is known to have
   * succeeded, so that a thousand attempts at once are not a thousand free ones.
   */
  admit({ email, address }: { readonly email: string; readonly address: string }): SignInAttempt {
    // Digests are short, and e-mail addresses of people have no place in a list of suspects.
    const account = `account ${createHash('sha256').update(email).digest('base64')}`;
    const source = `address ${networkOf(address)}`;
    const both = `${account} at ${source}`;
    const policies: ReadonlyMap<string, Policy> = this.#known.has(both)
      ? new Map([[both, accountPolicy]])
      : new Map([
          [account, accountPolicy],
          [source, addressPolicy],
        ]);
    const waitMs = Math.max(...[...policies].map(([key, policy]) => this.#waitMs(key, policy)));
    if (waitMs > 0) {
      throw new Problem('rate_limited', 'Cannot sign in yet: too many attempts have failed', {
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      });
    }
    const keys = [...policies.keys()];
    for (const key of keys) this.#change(key, 1);
    let isOpen = true;
    const settle = (judge: () => void) => () => {
      if (!isOpen) return;
      isOpen = false;
      for (const key of keys) this.#change(key, -1);
      judge();
    };
    return {
      succeeded: settle(() => {
        this.#failures.delete(account);
        this.#failures.delete(both);
        this.#remember(both);
      }),
      withdrawn: settle(() => {}),
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

/** Whoever has one IPv6 address has the 2⁶⁴ of its network, so that the network is what is counted. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
