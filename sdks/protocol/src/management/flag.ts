import type { Json } from '@fauna-flags/core';
import * as z from 'zod';
import { keySchema } from '../names.ts';
import { flagKindSchema } from '../ruleset.ts';
import { targetingSchema } from './targeting.ts';
import { descriptionSchema, nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** How long a flag is meant to live: temporary ones are reported as stale, permanent ones never. */
export const lifetimeSchema = z.enum(['temporary', 'permanent']);
export type Lifetime = z.infer<typeof lifetimeSchema>;

/**
 * Any JSON value, kept as it was given. A request body comes out of JSON.parse, so everything but absence is JSON
 * already; `z.json()` would rebuild objects and lose a member named `__proto__`.
 */
const valueSchema = z.custom<Json>((value) => value !== undefined, 'must be a JSON value');

/** One variation with what the dashboard calls it. */
export const namedVariationSchema = z.strictObject({
  key: keySchema,
  value: valueSchema,
  name: nameSchema.nullable().optional(),
});
export type NamedVariation = z.infer<typeof namedVariationSchema>;

const tagsSchema = z.array(z.string().min(1).max(64)).max(50);
const ownerSchema = nameSchema.nullable();

/** Body of `POST /projects/{p}/flags`. */
export const createFlagSchema = z.strictObject({
  key: keySchema,
  name: nameSchema,
  description: descriptionSchema.optional(),
  salt: z.string().min(1).max(200).optional(),
  kind: flagKindSchema,
  variations: z.array(namedVariationSchema).optional(),
  clientVisible: z.boolean().optional(),
  tags: tagsSchema.optional(),
  owner: ownerSchema.optional(),
  lifetime: lifetimeSchema.optional(),
});
export type CreateFlag = z.infer<typeof createFlagSchema>;

/** Body of `PATCH /projects/{p}/flags/{f}`; `key`, `kind` and `salt` never change, `variations` is the whole list. */
export const patchFlagSchema = z.strictObject({
  key: z.string().optional(),
  kind: z.string().optional(),
  salt: z.string().optional(),
  name: nameSchema.optional(),
  description: descriptionSchema.optional(),
  variations: z.array(namedVariationSchema).optional(),
  clientVisible: z.boolean().optional(),
  tags: tagsSchema.nullable().optional(),
  owner: ownerSchema.optional(),
  lifetime: lifetimeSchema.optional(),
  id: readOnlySchema,
  project: readOnlySchema,
  archived: readOnlySchema,
  archivedAt: readOnlySchema,
  revision: readOnlySchema,
  createdAt: readOnlySchema,
  updatedAt: readOnlySchema,
});
export type PatchFlag = z.infer<typeof patchFlagSchema>;

/** A flag as answers carry it. */
export const flagSchema = z.object({
  id: z.uuid(),
  project: keySchema,
  key: keySchema,
  name: z.string(),
  description: z.string().nullable(),
  kind: flagKindSchema,
  salt: z.string(),
  variations: z.array(namedVariationSchema),
  clientVisible: z.boolean(),
  tags: z.array(z.string()),
  owner: z.string().nullable(),
  lifetime: lifetimeSchema,
  archived: z.boolean(),
  archivedAt: timeSchema.nullable(),
  revision: z.number().int(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type Flag = z.infer<typeof flagSchema>;

/** How a flag stands in one environment, as much as a list shows. */
export const flagStateSchema = z.object({
  enabled: z.boolean(),
  targeting: targetingSchema,
  /** How many a rollout to everyone reaches, in thousandths of a percent; `null` where no rollout alone decides. */
  share: z.number().int().min(0).max(100_000).nullable(),
  /** Of the configuration. */
  revision: z.number().int(),
  updatedAt: timeSchema,
});
export type FlagState = z.infer<typeof flagStateSchema>;

/** A flag as lists carry it: with its state in every environment, by the environment's key. */
export const listedFlagSchema = flagSchema.extend({ environments: z.record(keySchema, flagStateSchema) });
export type ListedFlag = z.infer<typeof listedFlagSchema>;
