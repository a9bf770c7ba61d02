import type { StreamDialect } from './stream-dialect.ts';

/**
 * What OpenFeature's providers read. They know one event, of no name, so every other word must be one that they do not
 * hear: a comment beats, and the end is told by nothing but the end. A beat carries the position in an `id:` line, which
 * dispatches nothing either: a reader that comes back is then judged by what it could know, not by the last change.
 *
 * Each reconnect leaves these clients "stale" until their context changes, so whatever ends streams by their age must
 * leave theirs open.
 */
export const ofrepDialect: StreamDialect = {
  retryMsMin: 3_000,
  isAnswered: true,
  endsWithAge: false,
  heartbeat: ({ positionText }) => new TextEncoder().encode(`: still here\nid: ${positionText}\n\n`),
  farewell: () => undefined,
};
