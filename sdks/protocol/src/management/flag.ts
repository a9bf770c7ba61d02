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
export const namedVariationSchema = z
  .strictObject({
    key: keySchema,
    value: valueSchema,
    name: nameSchema.nullable().optional(),
  })
  .meta({ id: 'NamedVariation', examples: [{ key: 'on', value: true, name: 'With Google Pay' }] });
export type NamedVariation = z.infer<typeof namedVariationSchema>;

const tagsSchema = z.array(z.string().min(1).max(64)).max(50);
const ownerSchema = nameSchema.nullable();

/** Body of `POST /projects/{p}/flags`. */
export const createFlagSchema = z
  .strictObject({
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
  })
  .meta({
    id: 'CreateFlag',
    examples: [
      { key: 'google-pay', name: 'Google Pay', kind: 'boolean', tags: ['checkout'] },
      {
        key: 'search-engine',
        name: 'Search engine',
        kind: 'string',
        variations: [
          { key: 'classic', value: 'classic' },
          { key: 'semantic', value: 'semantic' },
        ],
      },
    ],
  });
export type CreateFlag = z.infer<typeof createFlagSchema>;

/** Body of `PATCH /projects/{p}/flags/{f}`; `key`, `kind` and `salt` never change, `variations` is the whole list. */
export const patchFlagSchema = z
  .strictObject({
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
    environments: readOnlySchema,
    stale: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({
    id: 'PatchFlag',
    examples: [{ name: 'Google Pay at the till', tags: ['checkout', 'payments'], owner: null }],
  });
export type PatchFlag = z.infer<typeof patchFlagSchema>;

const flagExample = {
  id: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a04',
  project: 'shop',
  key: 'google-pay',
  name: 'Google Pay',
  description: null,
  kind: 'boolean',
  salt: 'google-pay',
  variations: [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ],
  clientVisible: true,
  tags: ['checkout'],
  owner: null,
  lifetime: 'temporary',
  archived: false,
  archivedAt: null,
  revision: 1,
  createdAt: '2026-03-02T09:30:00.000Z',
  updatedAt: '2026-03-02T09:30:00.000Z',
};

/** A flag as answers carry it. */
export const flagSchema = z
  .object({
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
  })
  .meta({
    id: 'Flag',
    examples: [flagExample],
  });
export type Flag = z.infer<typeof flagSchema>;

/** How a flag stands in one environment, as much as a list shows. */
export const flagStateSchema = z
  .object({
    enabled: z.boolean(),
    targeting: targetingSchema,
    share: z
      .number()
      .int()
      .min(0)
      .max(100_000)
      .nullable()
      .describe(
        'How many a rollout to everyone reaches, in thousandths of a percent; `null` where no rollout alone decides.',
      ),
    revision: z.number().int().describe('Of the configuration.'),
    updatedAt: timeSchema,
  })
  .meta({
    id: 'FlagState',
    examples: [
      {
        enabled: true,
        targeting: 'everyone',
        share: 25_000,
        revision: 4,
        updatedAt: '2026-03-04T16:05:12.000Z',
      },
    ],
  });
export type FlagState = z.infer<typeof flagStateSchema>;

/** Why a flag can go. */
export const staleReasonSchema = z
  .enum(['serves_one', 'not_evaluated'])
  .describe(
    '`serves_one`: in every environment it has served one variation to everybody, untouched for 30 days. `not_evaluated`: nobody has asked for it in 30 days, in a project whose applications tell what they ask for.',
  );
export type StaleReason = z.infer<typeof staleReasonSchema>;

/** A flag as lists carry it: with its state in every environment, by the environment's key. */
export const listedFlagSchema = flagSchema
  .extend({
    environments: z.record(keySchema, flagStateSchema),
    stale: z
      .object({ reason: staleReasonSchema })
      .nullable()
      .optional()
      .describe('Why it can go; `null` while it cannot. Only temporary flags ever can.'),
  })
  .meta({
    id: 'ListedFlag',
    examples: [
      {
        ...flagExample,
        environments: {
          production: {
            enabled: true,
            targeting: 'everyone',
            share: 25_000,
            revision: 4,
            updatedAt: '2026-03-04T16:05:12.000Z',
          },
        },
      },
    ],
  });
export type ListedFlag = z.infer<typeof listedFlagSchema>;
