import { type LiveChange, mayDo, Problem } from '@fauna-flags/protocol';
import type { Database } from '../../platform/database/index.ts';
import { type Principal, type PrincipalSource, rankIn } from '../../platform/http/index.ts';
import { reasonOf } from '../../platform/reason-of.ts';
import { AuditTail, auditReadMax } from './audit-tail.ts';
import { type HangUp, LiveStream } from './live-stream.ts';
import { NextRun } from './next-run.ts';

/** Tabs that one process feeds, and that one person, or a token that belongs to nobody, may have open. */
const listenersMax = 1_000;
const listenersPerCallerMax = 50;

/** How soon changes of other managers are seen, and how often streams are looked after. */
const tickMs = 750;
/** How often sessions are asked whether they are still good. */
const sessionCheckTicks = 4;

/** What the feed needs of sessions. */
export interface SessionWatch {
  alive(ids: readonly string[]): Promise<ReadonlySet<string>>;
  onEnd(listener: (id: string) => void): () => void;
}

/** What the feed is made of. */
export interface LiveFeedOptions {
  readonly database: Database;
  readonly sessions: SessionWatch;
  readonly principals: Pick<PrincipalSource, 'again'>;
  /** Milliseconds of any clock that only goes forward. */
  readonly now: () => number;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** Tells every open dashboard what has changed, by whichever manager. It asks the database only while somebody listens. */
export class LiveFeed {
  readonly #database: Database;
  readonly #sessions: SessionWatch;
  readonly #principals: LiveFeedOptions['principals'];
  readonly #now: () => number;
  readonly #log: LiveFeedOptions['log'];
  readonly #streams = new Set<LiveStream>();
  readonly #openByCaller = new Map<string, number>();
  readonly #forgetSessions: () => void;
  #open = 0;
  #tail: AuditTail | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  readonly #reads = new NextRun(() => this.#readOnce());
  readonly #questions = new NextRun(() => this.#askAgain());
  #isAway = false;
  #closed = false;

  constructor({ database, sessions, principals, now, log }: LiveFeedOptions) {
    this.#database = database;
    this.#sessions = sessions;
    this.#principals = principals;
    this.#now = now;
    this.#log = log;
    this.#forgetSessions = sessions.onEnd((id) => this.#closeWhere((sessionId) => sessionId === id));
  }

  /** How many listen. */
  get size(): number {
    return this.#streams.size;
  }

  /** Opens a stream of everything that is committed from now on; refuses when there is no room or no database. */
  async open({
    principal,
    sessionId,
    hangUp,
  }: {
    /** Whose share of the room it takes, and who may read what it tells. */
    readonly principal: Principal;
    readonly sessionId: string | undefined;
    readonly hangUp: HangUp | undefined;
  }): Promise<ReadableStream<Uint8Array>> {
    const leave = this.#admit(principal.user?.id ?? principal.id);
    try {
      // What was committed until now is told to those who listened then.
      await this.#reads.run();
      if (this.#closed) throw closing();
    } catch (error) {
      leave();
      throw error;
    }
    const stream = new LiveStream({
      principal,
      sessionId,
      hangUp,
      now: this.#now(),
      onGone: () => {
        this.#streams.delete(stream);
        leave();
      },
    });
    this.#streams.add(stream);
    return stream.body;
  }

  /** Something may have changed: looks at once instead of within the second. Never throws. */
  nudge(): void {
    if (this.#streams.size > 0) this.#lookAgain();
  }

  /** Ends every stream and admits none from now on. */
  close(): void {
    this.#closed = true;
    this.#forgetSessions();
    this.#closeWhere(() => true);
  }

  #admit(caller: string): () => void {
    if (this.#closed) throw closing();
    const ofCaller = this.#openByCaller.get(caller) ?? 0;
    if (this.#open >= listenersMax || ofCaller >= listenersPerCallerMax) {
      throw new Problem('rate_limited', 'Cannot open one more live feed: too many are open', {
        retryAfterSeconds: 5,
      });
    }
    this.#open += 1;
    this.#openByCaller.set(caller, ofCaller + 1);
    this.#timer ??= setInterval(() => this.#tick(), tickMs);
    return () => this.#leave(caller);
  }

  #leave(caller: string): void {
    this.#open -= 1;
    const rest = (this.#openByCaller.get(caller) ?? 1) - 1;
    if (rest === 0) this.#openByCaller.delete(caller);
    else this.#openByCaller.set(caller, rest);
    if (this.#open > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#tail = undefined;
  }

  #tick(): void {
    const now = this.#now();
    for (const stream of [...this.#streams]) stream.sweep(now);
    this.#lookAgain();
    this.#ticks += 1;
    if (this.#ticks % sessionCheckTicks === 0) {
      this.#checkSessions().catch(() => {}); // The read beside it fails for the same reason, and says so.
    }
  }

  #lookAgain(): void {
    this.#reads.run().then(
      () => {
        this.#isAway = false;
      },
      (error: unknown) => {
        if (!this.#isAway)
          this.#log.warn({ reason: reasonOf(error) }, 'The live feed cannot read the audit trail');
        this.#isAway = true;
      },
    );
  }

  async #readOnce(): Promise<void> {
    if (this.#tail === undefined) {
      this.#tail = await AuditTail.start(this.#database, this.#now);
      return;
    }
    const tail = this.#tail;
    for (let isMore = true; isMore; ) {
      const changes = await tail.read();
      const before = new Map([...this.#streams].map((stream) => [stream, stream.principal]));
      if (changes.some(changesRights)) await this.#learnRights();
      for (const change of changes) {
        const frame = frameOf(change);
        for (const stream of [...this.#streams]) {
          // With a project its memberships are gone: its end is for those who were members of it.
          const reader = change.action === 'project.delete' ? before.get(stream) : stream.principal;
          if (reader !== undefined && mayRead(reader, change)) stream.send(frame);
        }
      }
      isMore = changes.length === auditReadMax;
    }
  }

  /**
   * Whoever was let in, raised or put out may read what follows, or may not. Where that cannot be told, all streams end:
   * what was read is not read again, and whoever comes back asks for everything anew.
   */
  async #learnRights(): Promise<void> {
    try {
      await this.#questions.run();
    } catch (error) {
      this.#closeWhere(() => true);
      throw error;
    }
  }

  /** Asks of everybody who reads what they may do now, and ends the streams of those who may not come in any more. */
  async #askAgain(): Promise<void> {
    const asked = new Map<string, Promise<Principal | undefined>>();
    for (const stream of [...this.#streams]) {
      const { id } = stream.principal;
      const known = asked.get(id) ?? this.#principals.again(stream.principal);
      asked.set(id, known);
      const principal = await known;
      if (principal === undefined) stream.close();
      else stream.principal = principal;
    }
  }

  async #checkSessions(): Promise<void> {
    await this.#questions.run();
    const ids = [...this.#streams].flatMap(({ sessionId }) => (sessionId === undefined ? [] : [sessionId]));
    if (ids.length === 0) return;
    const alive = await this.#sessions.alive([...new Set(ids)]);
    const asked = new Set(ids);
    this.#closeWhere((id) => id !== undefined && asked.has(id) && !alive.has(id));
  }

  #closeWhere(isOver: (sessionId: string | undefined) => boolean): void {
    for (const stream of [...this.#streams]) if (isOver(stream.sessionId)) stream.close();
  }
}

/** What can change who may read what. */
const kindsOfRights = new Set(['member', 'user', 'token', 'project']);

function changesRights({ entity }: LiveChange): boolean {
  return kindsOfRights.has(entity.kind);
}

/** Of a project that is gone, its members are told at least that. What belongs to no project is for owners. */
function mayRead(principal: Principal, { project, entity }: LiveChange): boolean {
  const key = project ?? (entity.kind === 'project' ? entity.key : undefined);
  if (key === undefined) return principal.ranks.everywhere === 'owner';
  return mayDo(rankIn(principal, key), 'audit.read');
}

function frameOf(change: LiveChange): Uint8Array {
  // JSON holds no raw line break, so that no text in it can end the frame early.
  return new TextEncoder().encode(`id: ${change.id}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`);
}

function closing(): Problem {
  return new Problem('not_ready', 'Cannot open a live feed: Fauna is stopping', { retryAfterSeconds: 2 });
}
