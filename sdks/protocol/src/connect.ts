import type { ErrorCode, Reason } from '@fauna-flags/core';
import * as z from 'zod';
import { jsonSchema } from './ruleset.ts';

/** Why a value was served, as the wire names it. */
export const servedReasonSchema = z.enum([
  'OFF',
  'PREREQUISITE_FAILED',
  'TARGET',
  'RULE',
  'DEFAULT',
  'SPLIT',
]) satisfies z.ZodType<Exclude<Reason, 'ERROR'>>;

/** What went wrong with one flag. */
export const errorCodeSchema = z.enum([
  'FLAG_NOT_FOUND',
  'TARGETING_KEY_MISSING',
  'MALFORMED',
]) satisfies z.ZodType<ErrorCode>;

/** One flag in an answer to a client key: never a rule's id, never another variation. An error carries no value. */
export const clientFlagSchema = z.union([
  z.strictObject({
    value: jsonSchema,
    variation: z.string(),
    reason: servedReasonSchema,
    inRollout: z.literal(true).optional(),
  }),
  z.strictObject({ reason: z.literal('ERROR'), errorCode: errorCodeSchema }),
]);
export type ClientFlag = z.infer<typeof clientFlagSchema>;

/** The client-visible flags of an environment, evaluated for one context. */
export const clientFlagsSchema = z.record(z.string(), clientFlagSchema);

/** A position as it stands on the wire. */
export const positionTextSchema = z.string().regex(/^\d{1,15}-\d{1,15}-[0-9a-f]{8}$/);

/** The body of `POST /connect/client` and `POST /stream/client`; a missing body or context is empty. */
export const connectRequestSchema = z.object({
  context: z.record(z.string(), z.unknown()).optional(),
  /** Asks for a stream URL that native EventSource can open. */
  handle: z.boolean().optional(),
});
export type ConnectRequest = z.infer<typeof connectRequestSchema>;

/** The answer of `POST /connect/client`. */
export const clientAnswerSchema = z.strictObject({
  position: positionTextSchema,
  flags: clientFlagsSchema,
  /** A path relative to the bearer's base URL; present only when asked for, and never for a large context. */
  stream: z.strictObject({ url: z.string() }).optional(),
});
export type ClientAnswer = z.infer<typeof clientAnswerSchema>;
