import * as z from 'zod';
import { keySchema } from '../names.ts';
import { configurationSchema } from './configuration.ts';
import { timeSchema } from './text.ts';

/** Which revision of which environment's configuration another one was made from. */
export const configurationSourceSchema = z
  .object({ environment: keySchema, revision: z.int() })
  .meta({ id: 'ConfigurationSource', examples: [{ environment: 'staging', revision: 3 }] });
export type ConfigurationSource = z.infer<typeof configurationSourceSchema>;

/**
 * One place in which two configurations differ, written as errors write it: `rules[0].match.conditions[1].values`. Places
 * in lists are those of the newer one; of what is gone, those of the older one.
 */
export const configurationChangeSchema = z
  .object({
    path: z.string(),
    before: z
      .unknown()
      .optional()
      .describe(
        'What was there; absent where there was nothing. Of a list whose order alone has changed: its order.',
      ),
    after: z.unknown().optional().describe('What is there; absent where there is nothing any more.'),
    added: z
      .array(z.unknown())
      .optional()
      .describe('Of a list of texts or numbers: what has come to it, and what has gone from it.'),
    removed: z.array(z.unknown()).optional(),
  })
  .meta({
    id: 'ConfigurationChange',
    examples: [{ path: 'defaultServe.variation', before: 'off', after: 'on' }],
  });
export type ConfigurationChange = z.infer<typeof configurationChangeSchema>;

/** A configuration as it was, or is, at one revision: who made it so, and what they changed. */
export const configurationVersionSchema = z
  .object({
    revision: z.int(),
    at: timeSchema,
    actor: z.string().nullable().describe('Who made it; null where nothing tells of it.'),
    address: z.string().describe('Where the request came from; empty when the change came from no request.'),
    token: z
      .string()
      .nullable()
      .describe('The name of the API token that was used; null when there was none.'),
    action: z
      .string()
      .nullable()
      .describe(
        'For instance `configuration.toggle`; of the first revision what made the flag, or the environment.',
      ),
    source: configurationSourceSchema.optional().describe('What it was restored or copied from.'),
    configuration: configurationSchema,
    changes: z
      .array(configurationChangeSchema)
      .describe('Against the revision before, unless another one was asked for; none of the first.'),
  })
  .meta({ id: 'ConfigurationVersion' });
export type ConfigurationVersion = z.infer<typeof configurationVersionSchema>;

/** Body of `POST …/environments/{e}/restore`: the revision to go back to; `enabled` stays as it is unless asked for. */
export const restoreConfigurationSchema = z
  .strictObject({
    revision: z.int().min(1),
    includeEnabled: z.boolean().optional(),
  })
  .meta({ id: 'RestoreConfiguration', examples: [{ revision: 3 }] });
export type RestoreConfiguration = z.infer<typeof restoreConfigurationSchema>;

/** Body of `POST …/environments/{e}/copy`: the environment to copy from; `enabled` stays as it is unless asked for. */
export const copyConfigurationSchema = z
  .strictObject({
    from: keySchema,
    includeEnabled: z.boolean().optional(),
  })
  .meta({ id: 'CopyConfiguration', examples: [{ from: 'staging' }] });
export type CopyConfiguration = z.infer<typeof copyConfigurationSchema>;

const comparedSchema = z.object({ enabled: z.boolean(), revision: z.int(), updatedAt: timeSchema });

/** A flag whose configuration differs between two environments. */
export const flagDifferenceSchema = z
  .object({
    flag: keySchema,
    name: z.string(),
    from: comparedSchema,
    to: comparedSchema,
    changes: z
      .array(configurationChangeSchema)
      .describe('What would change in a copy from one to the other. The ids of rules are their own in each.'),
  })
  .meta({ id: 'FlagDifference' });
export type FlagDifference = z.infer<typeof flagDifferenceSchema>;
