import { hash, verify } from '@node-rs/argon2';
import { BoundedWork } from './bounded-work.ts';

/**
 * What OWASP advises for argon2id, the library's default kind: 19 MiB, two passes, one lane. Some 30 ms of one core,
 * which a guesser pays for every guess.
 */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** Hashes are computed by threads that files and DNS need too, so that no more than half of them may be taken. */
const hashesAtOnceMax = 2;
/** Whoever waits behind so many others waits about half a second; more would only pile up. */
const hashesWaitingMax = 20;

/** Hashes passwords and checks them, away from the event loop. Both reject with `rate_limited` when there is too much to do. */
export interface PasswordHashing {
  hash(password: string): Promise<string>;
  verify(attempt: { readonly hash: string; readonly password: string }): Promise<boolean>;
}

/** One pool for a process. */
export function passwordHashing(): PasswordHashing {
  const work = new BoundedWork({
    atOnceMax: hashesAtOnceMax,
    waitingMax: hashesWaitingMax,
    what: 'check one more password now',
  });
  return {
    hash: (password) => work.run(() => hash(bytesOf(password), cost)),
    verify: (attempt) => work.run(() => verify(attempt.hash, bytesOf(attempt.password))),
  };
}

/** The same password is typed as different characters on different systems: `é` is one or two of them. */
function bytesOf(password: string): Buffer {
  return Buffer.from(password.normalize('NFKC'), 'utf8');
}
