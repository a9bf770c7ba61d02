import * as z from 'zod';
import { timeSchema } from './text.ts';

/** The events of `GET /live`: `change` once per audit entry, `hb` as a sign of life. */
export const liveEvents = ['change', 'hb'] as const;
export type LiveEvent = (typeof liveEvents)[number];

/** Data of a `change` event: what changed, by whom, where. What it looks like now is asked of the API. */
export const liveChangeSchema = z.object({
  /** The id of the audit entry. */
  id: z.string(),
  at: timeSchema,
  actor: z.string(),
  /** For instance `flag.create` or `configuration.toggle`. */
  action: z.string(),
  entity: z.object({ kind: z.string(), key: z.string() }),
  /** Key of the project; null when the change is of none, or the project is gone. */
  project: z.string().nullable(),
  /** Key of the environment; null when the change is of all, or of none. */
  environment: z.string().nullable(),
});
export type LiveChange = z.infer<typeof liveChangeSchema>;
