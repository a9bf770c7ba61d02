import type { RegexPort } from '@fauna-flags/core';
import { formatStoredPosition, keyRegistryDocument, positionOf, type Snapshot } from '@fauna-flags/protocol';
import { type Bearer, createBearer } from '../bearer.ts';
import type { Clock } from '../clock.ts';
import type { BearerCrypto } from '../crypto.ts';
import { type KeyRing, parseKeyRing } from '../keys/key-ring.ts';
import { keysAmong } from '../keys/keys-among.ts';
import { type Log, reasonOf } from '../log.ts';
import { MemoryUsageSink } from '../usage/memory-usage-sink.ts';
import type { UsageRecord } from '../usage/usage-sink.ts';
import { environmentOf } from './environment-of.ts';
import type { HeldPositions, HubAnswer } from './hub-answer.ts';
import { isAheadOf } from './hub-request.ts';
import { IsolateDocuments } from './isolate-documents.ts';

/** What was checked within it is answered at once. */
const freshMsMax = 1_000;
/** What was checked within it is answered at once too, and checked meanwhile; what is older waits for the check. */
const staleMsMax = 10_000;
/** How long a request waits for a check when there is something to answer with, and when there is nothing. */
const staleWaitMs = 500;
const coldWaitMs = 5_000;

/** A check that has taken longer belongs to a request that has died: somebody else makes a new one. */
const checkMsMax = 6_000;

/** What an isolate is made of. */
export interface IsolateOptions {
  readonly clock: Pick<Clock, 'now' | 'steady'>;
  readonly random: () => number;
  readonly crypto: BearerCrypto;
  readonly regex: RegexPort;
  readonly log: Log;
}

/** What one request lends: all that may touch the world outside does so within it. */
export interface RequestScope {
  /** Asks the hub of a document for what is not held here. */
  readonly ask: (documentId: string, held: HeldPositions) => Promise<HubAnswer>;
  /** Resolves after this long. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Lets work go on when the request has been answered. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/**
 * What one isolate knows: the key registry and the rulesets that it has been asked about, in memory, behind the same
 * application as everywhere. It has no timers and no connections of its own, since an isolate may have neither between
 * requests; requests bring its knowledge up to date. Streams are not for it: it admits none.
 */
export class Isolate {
  readonly #bearer: Bearer;
  readonly #options: IsolateOptions;
  readonly #documents = new IsolateDocuments();
  readonly #usage = new MemoryUsageSink();
  readonly #checkedAt = new Map<string, number>();
  readonly #checks = new Map<string, { readonly beganAt: number; readonly done: Promise<void> }>();
  #ring: KeyRing | undefined;

  constructor(options: IsolateOptions) {
    this.#options = options;
    const { clock, random, crypto, regex, log } = options;
    this.#bearer = createBearer({
      rulesets: this.#documents,
      keys: keysAmong(this.#documents),
      usage: this.#usage,
      clock: timeless(clock),
      random,
      crypto,
      regex,
      log,
      limits: { streamsMax: 0 },
    });
  }

  /** The environment that a request is about; asks for the keys when they, or its key, are not known. */
  async environmentOf(request: Request, scope: RequestScope): Promise<string | undefined> {
    const known = environmentOf(request, this.#ring, this.#options.crypto);
    if (known !== undefined) return known;
    await this.#freshen(keyRegistryDocument, scope, freshMsMax);
    return environmentOf(request, this.#ring, this.#options.crypto);
  }

  /**
   * Answers whatever is no stream, with what is known, brought up to date first as far as it must be. `undefined` when the
   * request is about something newer than what is known here, so that a hub must answer it.
   */
  async answer(
    request: Request,
    environmentId: string | undefined,
    scope: RequestScope,
  ): Promise<Response | undefined> {
    if (environmentId !== undefined) {
      await this.#freshen(environmentId, scope, staleMsMax);
      const held = this.#documents.find(environmentId);
      if (isAheadOf(request, held && positionOf(held))) {
        void this.#check(environmentId, scope);
        return undefined;
      }
    }
    const clientAddress = request.headers.get('cf-connecting-ip') ?? undefined;
    return this.#bearer.app.fetch(request, { clientAddress });
  }

  /** The usage batches that have come since the last call, by environment. */
  takeUsage(): ReadonlyMap<string, readonly UsageRecord[]> {
    const byEnvironment = new Map<string, UsageRecord[]>();
    for (const record of this.#usage.take()) {
      const records = byEnvironment.get(record.environmentId) ?? [];
      records.push(record);
      byEnvironment.set(record.environmentId, records);
    }
    return byEnvironment;
  }

  /** `waitsBeyondMs`: how old what is known may be for the request not to wait. */
  async #freshen(documentId: string, scope: RequestScope, waitsBeyondMs: number): Promise<void> {
    const checkedAt = this.#checkedAt.get(documentId);
    const ageMs =
      checkedAt === undefined ? Number.POSITIVE_INFINITY : this.#options.clock.steady() - checkedAt;
    if (ageMs <= Math.min(freshMsMax, waitsBeyondMs)) return;
    const check = this.#check(documentId, scope);
    if (ageMs <= waitsBeyondMs) return;
    const isCold = this.#documents.find(documentId) === undefined;
    await Promise.race([check, scope.sleep(isCold ? coldWaitMs : staleWaitMs)]);
  }

  /** One check at a time for each document; it outlives the request that began it. Never rejects. */
  #check(documentId: string, scope: RequestScope): Promise<void> {
    const now = this.#options.clock.steady();
    const running = this.#checks.get(documentId);
    if (running !== undefined && now - running.beganAt < checkMsMax) return running.done;
    const done = this.#ask(documentId, scope, now).finally(() => {
      if (this.#checks.get(documentId)?.done === done) this.#checks.delete(documentId);
    });
    this.#checks.set(documentId, { beganAt: now, done });
    scope.waitUntil(done);
    return done;
  }

  async #ask(documentId: string, { ask }: RequestScope, askedAt: number): Promise<void> {
    const asked = [...new Set([keyRegistryDocument, documentId])];
    const held = asked.flatMap((id) => {
      const snapshot = this.#documents.find(id);
      return snapshot === undefined ? [] : [[id, formatStoredPosition(snapshot)] as const];
    });
    try {
      const { changed, isConfirmed } = await ask(documentId, Object.fromEntries(held));
      for (const [id, snapshot] of Object.entries(changed)) if (asked.includes(id)) this.#take(id, snapshot);
      for (const id of asked) {
        this.#checkedAt.set(id, askedAt);
        this.#documents.confirm(id, isConfirmed);
      }
      await this.#applied();
    } catch (error) {
      for (const id of asked) this.#documents.confirm(id, false);
      this.#options.log.warn('Cannot ask a hub, answering with what is known', {
        document: documentId,
        reason: reasonOf(error),
      });
    }
  }

  #take(documentId: string, snapshot: Snapshot): void {
    const isTaken = this.#documents.take(documentId, snapshot);
    if (isTaken && documentId === keyRegistryDocument) this.#ring = parseKeyRing(snapshot.payload);
  }

  /** The followers read what has come in steps of their own, without anything that could take long. */
  async #applied(): Promise<void> {
    for (let step = 0; step < stepsToApply; step += 1) await Promise.resolve();
  }
}

/** More than a follower takes from a hint to what it has applied. */
const stepsToApply = 50;

/** An isolate's clock: it tells the time, and has no timers, which would end with the request that began them. */
function timeless({ now, steady }: Pick<Clock, 'now' | 'steady'>): Clock {
  return { now, steady, after: () => () => {}, soon: (run) => queueMicrotask(run) };
}
