import * as z from 'zod';
import { positionTextSchema } from './connect.ts';
import { jsonSchema } from './ruleset.ts';

/*
 * OpenFeature Remote Evaluation Protocol 0.3, as the bearer answers it. The published OpenAPI cannot be used as it is
 * (its `oneOf` makes every answer with a value invalid), so these schemas say what real providers in every language can
 * read: a closed set of reasons, a string variant, metadata of plain values, and never `value: null`.
 */

/** Reasons that every provider knows. `DISABLED` stands only where there is no value: some throw away one beside it. */
export const ofrepReasonSchema = z.enum(['DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED']);
export type OfrepReason = z.infer<typeof ofrepReasonSchema>;

/** What a request or one flag's evaluation failed with. */
export const ofrepErrorCodeSchema = z.enum([
  'PARSE_ERROR',
  'INVALID_CONTEXT',
  'TARGETING_KEY_MISSING',
  'FLAG_NOT_FOUND',
  'GENERAL',
]);
export type OfrepErrorCode = z.infer<typeof ofrepErrorCodeSchema>;

/** Strings, booleans and integers only: some providers read nothing else. */
export const ofrepMetadataSchema = z.record(z.string(), z.union([z.string(), z.boolean(), z.number().int()]));

/** One flag that was evaluated. A json flag whose variation is `null` leaves `value` out: the caller's default serves. */
export const ofrepSuccessSchema = z.strictObject({
  key: z.string(),
  reason: ofrepReasonSchema,
  variant: z.string(),
  value: jsonSchema.refine((value) => value !== null).optional(),
  metadata: ofrepMetadataSchema,
});

/** One flag that was not. */
export const ofrepFailureSchema = z.strictObject({
  key: z.string(),
  errorCode: ofrepErrorCodeSchema,
  errorDetails: z.string(),
  metadata: ofrepMetadataSchema,
});

/** Where to hear of changes. Without an origin it is the one that the question went to. */
export const ofrepEventStreamSchema = z.strictObject({
  type: z.literal('sse'),
  endpoint: z.strictObject({ requestUri: z.string().startsWith('/') }),
  inactivityDelaySec: z.number().int().min(1),
});
export type OfrepEventStream = z.infer<typeof ofrepEventStreamSchema>;

/** The answer of `POST /ofrep/v1/evaluate/flags`. */
export const ofrepBulkSchema = z.strictObject({
  flags: z.array(z.union([ofrepSuccessSchema, ofrepFailureSchema])),
  metadata: ofrepMetadataSchema.optional(),
  eventStreams: z.array(ofrepEventStreamSchema).optional(),
});

/** The one event of an event stream: ask again, and say of which configuration you have heard. */
export const ofrepRefetchSchema = z.strictObject({
  type: z.literal('refetchEvaluation'),
  /** The position of the configuration; comes back as `flagConfigEtag`. */
  etag: positionTextSchema,
  /** Since when the configuration is served, in seconds since 1970. */
  lastModified: z.number().int(),
});
export type OfrepRefetch = z.infer<typeof ofrepRefetchSchema>;

/** Any other answer: OFREP's members beside those of a problem. */
export const ofrepProblemSchema = z.looseObject({
  errorCode: ofrepErrorCodeSchema.optional(),
  errorDetails: z.string(),
  metadata: ofrepMetadataSchema,
  code: z.string(),
  status: z.number().int(),
});
