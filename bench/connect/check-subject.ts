import { setTimeout as sleep } from 'node:timers/promises';
import { checkAnswers } from '../evaluate/check-engine.ts';
import type { ReferenceSet } from '../evaluate/reference-set.ts';
import type { Subject, WireRequest } from './subject.ts';

/** How long a server that has just been told of its flags may take to know them. */
const settleMs = 60_000;

/**
 * Proves that a server does the work it is timed for: it answers every user, what rules decide is exactly what the set
 * says, and rollouts turn on as many as they should. Throws otherwise.
 */
export async function checkSubject(set: ReferenceSet, subject: Subject): Promise<void> {
  const givesUpAt = performance.now() + settleMs;
  for (;;) {
    try {
      return await check(set, subject);
    } catch (error) {
      if (performance.now() > givesUpAt) throw error;
      await sleep(500);
    }
  }
}

async function check(set: ReferenceSet, { port, requestFor, read }: Subject): Promise<void> {
  const answers: ReadonlyMap<string, boolean>[] = [];
  for (const user of set.users) {
    const answer = await ask(port, requestFor(user));
    if (read !== undefined) answers.push(read(JSON.parse(answer)));
  }
  if (read !== undefined) checkAnswers(set, answers);
}

async function ask(port: number, { method, path, headers, body }: WireRequest): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  if (response.status !== 200)
    throw new Error(`Cannot use ${method} ${path.split('?')[0]}: ${response.status} ${text}`);
  return text;
}
