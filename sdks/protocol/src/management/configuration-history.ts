import * as z from 'zod';
import { keySchema } from '../names.ts';
import { configurationSchema } from './configuration.ts';
import { timeSchema } from './text.ts';

/** Which revision of which environment's configuration another one was made from. */
export const configurationSourceSchema = z.object({ environment: keySchema, revision: z.int() });
export type ConfigurationSource = z.infer<typeof configurationSourceSchema>;

/**
 * One place in which two configurations differ, written as errors write it: `rules[0].match.conditions[1].values`. Places
 * in lists are those of the newer one; of what is gone, those of the older one.
 */
export const configurationChangeSchema = z.object({
  path: z.string(),
  /** What was there; absent where there was nothing. Of a list whose order alone has changed: its order. */
  before: z.unknown().optional(),
  /** What is there; absent where there is nothing any more. */
  after: z.unknown().optional(),
  /** Of a list of texts or numbers: what has come to it, and what has gone from it. */
  added: z.array(z.unknown()).optional(),
  removed: z.array(z.unknown()).optional(),
});
export type ConfigurationChange = z.infer<typeof configurationChangeSchema>;

/** A configuration as it was, or is, at one revision: who made it so, and what they changed. */
export const configurationVersionSchema = z.object({
  revision: z.int(),
  at: timeSchema,
  /** Who made it; null where nothing tells of it. */
  actor: z.string().nullable(),
  /** Where the request came from; empty when the change came from no request. */
  address: z.string(),
  /** The name of the API token that was used; null when there was none. */
  token: z.string().nullable(),
  /** For instance `configuration.toggle`; of the first revision what made the flag, or the environment. */
  action: z.string().nullable(),
  /** What it was restored or copied from. */
  source: configurationSourceSchema.optional(),
  configuration: configurationSchema,
  /** Against the revision before, unless another one was asked for; none of the first. */
  changes: z.array(configurationChangeSchema),
});
export type ConfigurationVersion = z.infer<typeof configurationVersionSchema>;

/** Body of `POST …/environments/{e}/restore`: the revision to go back to; `enabled` stays as it is unless asked for. */
export const restoreConfigurationSchema = z.strictObject({
  revision: z.int().min(1),
  includeEnabled: z.boolean().optional(),
});
export type RestoreConfiguration = z.infer<typeof restoreConfigurationSchema>;

/** Body of `POST …/environments/{e}/copy`: the environment to copy from; `enabled` stays as it is unless asked for. */
export const copyConfigurationSchema = z.strictObject({
  from: keySchema,
  includeEnabled: z.boolean().optional(),
});
export type CopyConfiguration = z.infer<typeof copyConfigurationSchema>;

const comparedSchema = z.object({ enabled: z.boolean(), revision: z.int(), updatedAt: timeSchema });

/** A flag whose configuration differs between two environments. */
export const flagDifferenceSchema = z.object({
  flag: keySchema,
  name: z.string(),
  from: comparedSchema,
  to: comparedSchema,
  /** What would change in a copy from one to the other. The ids of rules are their own in each. */
  changes: z.array(configurationChangeSchema),
});
export type FlagDifference = z.infer<typeof flagDifferenceSchema>;
