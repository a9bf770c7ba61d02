import {
  type Heartbeat,
  heartbeatLifeMs,
  heartbeatSchema,
  type ReceivedHeartbeat,
} from '@fauna-flags/protocol';
import { lt, sql } from 'drizzle-orm';
import { bearerHeartbeats, type Database } from '../../platform/database/index.ts';
import type { PublishStore } from './publish-store.ts';

/** More bearers than any fleet has: whoever makes up names must not fill the database. */
const bearersMax = 1_000;
/** Rows of bearers that are gone are swept away some time after nobody looks at them any more. */
const keptMs = 4 * heartbeatLifeMs;

/** Heartbeats that bearers have sent to a manager, to whichever: all managers of a database see the same. */
export interface BearerHeartbeats {
  keep(heartbeat: Heartbeat): Promise<void>;
  /** The newest of each bearer that has not been silent for `heartbeatLifeMs`. */
  all(): Promise<readonly ReceivedHeartbeat[]>;
}

const ageMs = sql<number>`(extract(epoch FROM clock_timestamp() - ${bearerHeartbeats.receivedAt}) * 1000)::float8`;

/** Keeps them in Postgres, by whose clock their age is told. */
export function postgresHeartbeats({ read }: Database): BearerHeartbeats {
  return {
    async keep(heartbeat) {
      await read.execute(sql`
        INSERT INTO ${bearerHeartbeats} (bearer_id, heartbeat, received_at)
        SELECT ${heartbeat.id}, ${JSON.stringify(heartbeat)}::json, clock_timestamp()
        WHERE (SELECT count(*) FROM ${bearerHeartbeats} WHERE bearer_id <> ${heartbeat.id}) < ${bearersMax}
        ON CONFLICT (bearer_id) DO UPDATE SET heartbeat = excluded.heartbeat, received_at = excluded.received_at`);
    },

    async all() {
      await read
        .delete(bearerHeartbeats)
        .where(
          lt(bearerHeartbeats.receivedAt, sql`clock_timestamp() - make_interval(secs => ${keptMs / 1_000})`),
        );
      const rows = await read.select({ heartbeat: bearerHeartbeats.heartbeat, ageMs }).from(bearerHeartbeats);
      return rows.flatMap((row) => {
        // A manager of another version may have written it.
        const heartbeat = heartbeatSchema.safeParse(row.heartbeat);
        if (!heartbeat.success || row.ageMs >= heartbeatLifeMs) return [];
        return [{ heartbeat: heartbeat.data, ageMs: Math.max(0, Math.round(row.ageMs)) }];
      });
    },
  };
}

/**
 * A store that tells of all bearers: of those that report into it, and of those that have told a manager instead. While
 * the store is away the latter are all that is known, and as many as have noticed.
 */
export function withHeartbeatsOf(
  store: PublishStore,
  heartbeats: Pick<BearerHeartbeats, 'all'>,
): PublishStore {
  return {
    ...store,
    async heartbeats() {
      const [posted, stored] = await Promise.all([
        heartbeats.all(),
        store.heartbeats().catch((): readonly ReceivedHeartbeat[] => []),
      ]);
      return newestOf([...stored, ...posted]);
    },
  };
}

function newestOf(all: readonly ReceivedHeartbeat[]): readonly ReceivedHeartbeat[] {
  const newest = new Map<string, ReceivedHeartbeat>();
  for (const received of all) {
    const known = newest.get(received.heartbeat.id);
    if (known === undefined || received.ageMs < known.ageMs) newest.set(received.heartbeat.id, received);
  }
  return [...newest.values()];
}
