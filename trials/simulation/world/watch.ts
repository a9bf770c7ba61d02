import { createHash } from 'node:crypto';
import { keyRegistryDocument } from '@fauna-flags/protocol';
import { environmentId, serverKey } from './keys.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatedBearer } from './simulated-bearer.ts';
import type { SimulatedSdk } from './simulated-sdk.ts';
import { judge, standingOf, wireText } from './standing.ts';

/** What one reader was last seen to hold. */
interface Seen {
  position: string | undefined;
  values: string | undefined;
}

/** What watching takes. */
export interface WatchOptions {
  readonly ledger: Ledger;
  readonly now: () => number;
  /** Hears of everything that is seen, for the trace. */
  readonly onSeen: (told: string) => void;
  /** Whether some source has lately had no more than this. */
  readonly couldBeAll: (position: string) => boolean;
}

/** More of them tell nothing new, and a broken mechanism can make thousands. */
const violationsMax = 20;

/**
 * Looks at every reader after every event and holds it to what may never be broken: nobody goes back (I1), what is held
 * was committed, as a whole (I2), and whoever has served once never has nothing (I4).
 */
export class Watch {
  readonly violations: string[] = [];
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();
  readonly #onSeen: WatchOptions['onSeen'];
  readonly #couldBeAll: WatchOptions['couldBeAll'];

  constructor({ ledger, now, onSeen, couldBeAll }: WatchOptions) {
    this.#ledger = ledger;
    this.#now = now;
    this.#onSeen = onSeen;
    this.#couldBeAll = couldBeAll;
  }

  /** Tells of something that must never be. */
  violate(invariant: string, told: string): void {
    const line = `${invariant} at ${(this.#now() / 1_000).toFixed(3)} s: ${told}`;
    this.#onSeen(`VIOLATION ${line}`);
    if (this.violations.length < violationsMax) this.violations.push(line);
  }

  /** A reader begins a life without what it held. */
  forget(name: string): void {
    this.#seen.delete(name);
    this.#seen.delete(`${name} ${keyRegistryDocument}`);
  }

  /** A bearer begins a life with what lies on its disk: no newer than what it held, and the measure from now on. */
  async beginWithDisk({ machine, disk }: SimulatedBearer): Promise<void> {
    this.forget(machine.name);
    const kept = await disk.beginnings();
    for (const [documentId, name] of [
      [environmentId, machine.name],
      [keyRegistryDocument, `${machine.name} ${keyRegistryDocument}`],
    ] as const) {
      const copy = kept.get(documentId);
      if (copy !== undefined) this.#seen.set(name, { position: wireText(copy), values: undefined });
    }
  }

  /** Looks at a bearer, if anything has happened there. */
  lookAtBearer({ machine, bearer, isStarted }: SimulatedBearer): void {
    if (!machine.touched || bearer === undefined || !isStarted || machine.state !== 'up') return;
    machine.touched = false;
    const { keys, environments } = bearer.status();
    this.#judgeBearer(`${machine.name} ${keyRegistryDocument}`, keys.position);
    const position = environments.find(({ id }) => id === environmentId)?.position ?? null;
    this.#judgeBearer(machine.name, position);
  }

  /** Asks a bearer for its ruleset as an SDK would, and holds the answer to what it has served before. */
  async probe({ machine, handle, isStarted }: SimulatedBearer): Promise<void> {
    if (machine.state !== 'up' || !isStarted || this.#seen.get(machine.name)?.position === undefined) return;
    const { life } = machine;
    const request = new Request('http://bearer/connect/server', {
      headers: { authorization: `Bearer ${serverKey}` },
    });
    const response = await handle(request, {});
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (life !== machine.life) return;
    if (response.status !== 200) {
      this.violate('I4 never empty', `${machine.name} has served, and answers ${response.status}`);
      return;
    }
    const position = (response.headers.get('etag') ?? '').replaceAll('"', '');
    const committed = this.#ledger.snapshot(environmentId, position);
    if (committed?.hash !== createHash('sha256').update(bytes).digest('hex'))
      this.violate(
        'I2 no phantom',
        `${machine.name} serves ${position}, which was never committed like this`,
      );
  }

  /** Looks at an SDK, if anything has happened there. */
  lookAtSdk({ machine, running, identity, resetTo }: SimulatedSdk): void {
    if (!machine.touched || running === undefined) return;
    machine.touched = false;
    const { position } = running.status;
    const values = running.values();
    const seen = this.#seen.get(machine.name);
    if (position === seen?.position && values === seen?.values) return;
    if (position === undefined) {
      if (seen?.position !== undefined)
        this.violate('I4 never empty', `${machine.name} held ${seen.position} and now holds nothing`);
      return;
    }
    this.#onSeen(`${machine.name} holds ${position}: ${values}`);
    if (seen?.position !== undefined) this.#judgeReset(machine.name, seen.position, position, resetTo);
    const expected = this.#ledger.expected(environmentId, position, identity.user, identity.kind);
    if (expected !== values)
      this.violate(
        'I2 no phantom',
        `${machine.name} holds ${position} with ${values}, and committed was ${expected ?? 'nothing'}`,
      );
    this.#seen.set(machine.name, { position, values });
  }

  /** What a reader was last seen to hold. */
  held(name: string): string | undefined {
    return this.#seen.get(name)?.position;
  }

  /** A reset is for who knows more than there is: whoever says so must have asked a source that had no more. */
  #judgeReset(name: string, from: string, to: string, resetTo: string | undefined): void {
    if (to !== resetTo) this.#judge(name, from, to);
    else if (judge(standingOf(to), standingOf(from)) === 'older' && !this.#couldBeAll(to))
      this.violate('I1 monotonic', `${name} was reset from ${from} to ${to}, and every source had more`);
  }

  #judgeBearer(name: string, position: string | null): void {
    const seen = this.#seen.get(name)?.position;
    if (position === null) {
      if (seen !== undefined) this.violate('I4 never empty', `${name} held ${seen} and now holds nothing`);
      return;
    }
    if (position === seen) return;
    this.#onSeen(`${name} applies ${position}`);
    if (seen !== undefined) this.#judge(name, seen, position);
    this.#seen.set(name, { position, values: undefined });
  }

  #judge(name: string, from: string, to: string): void {
    if (judge(standingOf(to), standingOf(from)) === 'older')
      this.violate('I1 monotonic', `${name} went back from ${from} to ${to}`);
  }
}
