import * as z from 'zod';
import { clientFlagsSchema, positionTextSchema } from './connect.ts';
import {
  rulesetAttributeSchema,
  rulesetAudienceSchema,
  rulesetFlagSchema,
  rulesetSchema,
} from './ruleset.ts';

/*
 * Server-sent events of the bearer's streams. One change is one frame, and a frame is one block of text:
 *
 *   id: <position>
 *   event: put | patch | none | hb | goodbye | revoked
 *   data: <one line of JSON>
 *
 * The id is the position that a reader holds once it has applied the frame; sent back as `Last-Event-ID` or `?since=` it
 * resumes the stream. Every event has data, since a block without data is not dispatched.
 */

/** The names of the events on every stream. */
export type StreamEvent = 'put' | 'patch' | 'none' | 'hb' | 'goodbye' | 'revoked';

/** `put` to a client: the whole evaluated state. `reset` is the one thing that makes an SDK accept an older position. */
export const clientPutSchema = z.strictObject({
  position: positionTextSchema,
  reset: z.literal(true).optional(),
  flags: clientFlagsSchema,
});

/** `patch` to a client: what changed for its context, and the flags that it no longer sees. */
export const clientPatchSchema = z.strictObject({
  position: positionTextSchema,
  flags: clientFlagsSchema,
  removed: z.array(z.string()),
});

/** `put` to a server: the stored ruleset and its position. */
export const serverPutSchema = z.object({
  ...rulesetSchema.unwrap().shape,
  position: positionTextSchema,
  reset: z.literal(true).optional(),
});

/** `patch` to a server: whole replaced entries, and the keys of those that are gone. */
export const serverPatchSchema = z.strictObject({
  position: positionTextSchema,
  version: z.number().int(),
  flags: z.record(z.string(), rulesetFlagSchema),
  audiences: z.record(z.string(), rulesetAudienceSchema),
  attributes: z.record(z.string(), rulesetAttributeSchema),
  removed: z.array(z.string()),
  removedAudiences: z.array(z.string()),
  removedAttributes: z.array(z.string()),
});

/** `none` (you are current) and `hb` (still here). */
export const streamPositionSchema = z.strictObject({ position: positionTextSchema });

/** `goodbye`: the bearer is about to drain; come back after the delay. */
export const goodbyeSchema = z.strictObject({ delayMs: z.number().int().min(0) });

/** `revoked`: the key of this stream is no longer good. */
export const revokedSchema = z.strictObject({});

/** One frame before it is written. `data` is JSON text. */
export interface StreamFrame {
  readonly id: string;
  readonly event: StreamEvent;
  readonly data: string;
}

/**
 * Writes a frame as one block of text. Stored JSON may hold line breaks between its tokens (never inside a string), so
 * data is written line by line: a reader joins the lines again, and no text can end the block early.
 */
export function writeFrame({ id, event, data }: StreamFrame): string {
  const lines = data.replaceAll(/\r\n|\r|\n/g, '\ndata: ');
  return `id: ${id}\nevent: ${event}\ndata: ${lines}\n\n`;
}

/** Writes an event without a name, which readers get as a `message`. The data is one line of JSON. */
export function writeMessage({ id, data }: { readonly id: string; readonly data: string }): string {
  return `id: ${id}\ndata: ${data}\n\n`;
}

/**
 * The end of a stream's first frame, in place of its last line break: how long a reader waits before it reconnects.
 * It stands behind the data, so that the frame itself can be the same bytes for every stream.
 */
export function writeRetry(retryMs: number): string {
  return `retry: ${Math.round(retryMs)}\n\n`;
}
