import { type StreamEvent, writeFrame } from '@fauna-flags/protocol';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';

/** Why a stream is ended from our side. */
export type StreamEnd = Extract<StreamEvent, 'goodbye' | 'revoked'>;

/** How a stream words what is not about flags: that it lives, that it ends, and when to come back. */
export interface StreamDialect {
  /** The least that a reader waits before it reconnects; more where many would come at once. */
  readonly retryMsMin: number;
  /** True where every reader answers a change with a question, so that many must not be told in the same instant. */
  readonly isAnswered: boolean;
  /** False where a reconnect does harm, so that a stream must not be ended for its age alone. */
  readonly endsWithAge: boolean;
  /** The sign of life, at the ruleset that the reader holds. */
  heartbeat(live: LiveRuleset): Uint8Array;
  /** The last words; `undefined` where the end says it all. */
  farewell(live: LiveRuleset, event: StreamEnd, data: string): Uint8Array | undefined;
}

/** What our own SDKs read: every word is an event with data, since native EventSource hides everything else. */
export const faunaDialect: StreamDialect = {
  retryMsMin: 1_000,
  isAnswered: false,
  endsWithAge: true,
  heartbeat: (live) => live.heartbeatFrame,
  farewell: ({ positionText }, event, data) =>
    new TextEncoder().encode(writeFrame({ id: positionText, event, data })),
};
