import {
  compareStored,
  type DeliveryAlarm,
  formatStoredPosition,
  type HeartbeatDocument,
  keyRegistryDocument,
  parseStoredPosition,
  type ReceivedHeartbeat,
  type StoredPosition,
} from '@fauna-flags/protocol';
import { type Database, snapshots } from '../../platform/database/index.ts';
import { reasonOf } from '../../platform/reason-of.ts';

/** What watching over bearers takes. */
export interface AlarmWatchOptions {
  readonly database: Pick<Database, 'read'>;
  /** How all bearers do. */
  readonly heartbeats: () => Promise<readonly ReceivedHeartbeat[]>;
  readonly now: () => Date;
  /** Milliseconds of any clock that only goes forward. */
  readonly steady: () => number;
  /** Calls back once after `delayMs` and answers how to call it off. */
  readonly schedule: (callback: () => void, delayMs: number) => () => void;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

/** Between two looks. */
const lookMs = 5_000;
/** Twice what a change needs at worst, with the store away. */
const lagMsMax = 30_000;
/** More than anybody could look at; whoever makes up bearers must not fill the memory. */
const alarmsMax = 1_000;

interface Alarm extends DeliveryAlarm {
  readonly documentId: string;
}

/** A bearer that has not come to `target` yet. */
interface Behind {
  readonly target: StoredPosition;
  readonly sinceMs: number;
}

/**
 * Compares every few seconds what bearers serve with what is committed, and says at its beginning and at its end when a
 * bearer cannot serve a state, or does not come to it. Every manager watches for itself.
 */
export class AlarmWatch {
  readonly #options: AlarmWatchOptions;
  #alarms = new Map<string, Alarm>();
  #behind = new Map<string, Behind>();
  #started = { rejected: 0, lagging: 0 };
  #isClosed = false;
  #look: Promise<void> | undefined;
  #cancel = () => {};

  constructor(options: AlarmWatchOptions) {
    this.#options = options;
    this.#wait();
  }

  /** What is wrong with one environment, or with the key registry, which all of them need. */
  of(environmentId: string): readonly DeliveryAlarm[] {
    return [...this.#alarms.values()]
      .filter(({ documentId }) => documentId === environmentId || documentId === keyRegistryDocument)
      .map(({ kind, bearer, since, detail }) => ({ kind, bearer, since, detail }));
  }

  /** How many there are of a kind, and how many have begun since the start. */
  count(kind: DeliveryAlarm['kind']): { readonly now: number; readonly started: number } {
    const now = [...this.#alarms.values()].filter((alarm) => alarm.kind === kind).length;
    return { now, started: this.#started[kind] };
  }

  /** Ends after the look under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#look;
  }

  #wait(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.schedule(() => {
      this.#look = this.look().finally(() => this.#wait());
    }, lookMs);
  }

  /** Looks now. Never rejects: whoever cannot be asked is told of elsewhere, and alarms stand until somebody knows better. */
  async look(): Promise<void> {
    const { heartbeats, database, log } = this.#options;
    try {
      const received = await heartbeats();
      // Read after the heartbeats, so that nobody seems to be behind who has only been asked sooner.
      const rows = await database.read
        .select({
          documentId: snapshots.documentId,
          epoch: snapshots.epoch,
          version: snapshots.version,
          hash: snapshots.hash,
        })
        .from(snapshots);
      this.#judge(received, new Map(rows.map(({ documentId, ...position }) => [documentId, position])));
    } catch (error) {
      log.info({ reason: reasonOf(error) }, 'Cannot look after the delivery, trying again');
    }
  }

  #judge(received: readonly ReceivedHeartbeat[], committed: ReadonlyMap<string, StoredPosition>): void {
    const found: Omit<Alarm, 'since'>[] = [];
    const behind = new Map<string, Behind>();
    for (const { heartbeat } of received)
      for (const [documentId, document] of Object.entries(heartbeat.documents)) {
        const newest = committed.get(documentId);
        // Of an environment that is gone nobody needs anything any more.
        if (newest === undefined) continue;
        const where = { bearer: heartbeat.id, documentId };
        if (document.rejected !== undefined)
          found.push({ ...where, kind: 'rejected', detail: rejectionOf(document) });
        const late = this.#late(`${heartbeat.id} ${documentId}`, document, newest);
        if (late === undefined) continue;
        behind.set(`${heartbeat.id} ${documentId}`, late);
        if (this.#options.steady() - late.sinceMs >= lagMsMax)
          found.push({ ...where, kind: 'lagging', detail: lagOf(document, late.target) });
      }
    this.#behind = behind;
    this.#take(found.slice(0, alarmsMax));
  }

  /** What a bearer is to come to: while it is on its way there, what is committed later does not begin the wait anew. */
  #late(place: string, { position }: HeartbeatDocument, newest: StoredPosition): Behind | undefined {
    const served = parseStoredPosition(position);
    const before = this.#behind.get(place);
    if (before !== undefined && isBehind(served, before.target)) return before;
    if (!isBehind(served, newest)) return undefined;
    return { target: newest, sinceMs: this.#options.steady() };
  }

  #take(found: readonly Omit<Alarm, 'since'>[]): void {
    const { log, now } = this.#options;
    const before = this.#alarms;
    this.#alarms = new Map();
    for (const alarm of found) {
      const name = `${alarm.kind} ${alarm.bearer} ${alarm.documentId}`;
      const known = before.get(name);
      before.delete(name);
      this.#alarms.set(name, { ...alarm, since: known?.since ?? now().toISOString() });
      if (known !== undefined) continue;
      this.#started[alarm.kind] += 1;
      log.warn(alarm, 'A bearer needs somebody to look at it');
    }
    for (const { since: _since, detail: _detail, ...alarm } of before.values())
      log.info(alarm, 'A bearer is well again, or gone');
  }
}

function isBehind(served: StoredPosition | undefined, target: StoredPosition): boolean {
  return served === undefined || compareStored(served, target) === 'older';
}

function rejectionOf({ rejected, rejectedReason }: HeartbeatDocument): string {
  return `It cannot serve ${shortOf(rejected)}: ${rejectedReason ?? 'it did not say why'}`;
}

function lagOf({ position }: HeartbeatDocument, target: StoredPosition): string {
  const served = position === null ? 'nothing' : shortOf(position);
  return `It serves ${served} and has not come to ${shortOf(formatStoredPosition(target))} within ${lagMsMax / 1_000} s`;
}

/** Eight digits of the hash are enough for people. */
function shortOf(position: string | undefined): string {
  return (position ?? '').replace(/([0-9a-f]{8})[0-9a-f]{56}$/, '$1');
}
