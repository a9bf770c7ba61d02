import type { Sessions } from './sessions.ts';

/** Ends the session that this browser had: it is not needed any more, and nobody else should find it. */
export async function endFormerSession(sessions: Sessions, headers: Headers): Promise<void> {
  const before = sessions.claims(headers) ? await sessions.find(headers) : undefined;
  if (before !== undefined) await sessions.end(before.id);
}
