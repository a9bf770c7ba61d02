import { Problem } from '@fauna-flags/protocol';
import { answerProblem } from '../middleware/respond.ts';

/** Over how many seconds those who come again are spread. */
const retryAfterSecondsMax = 10;

/** 503 for whoever asks while no hub can be asked, or none has room. */
export function notReadyResponse(
  random: () => number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const retryAfterSeconds = 1 + Math.floor(random() * retryAfterSecondsMax);
  const problem = new Problem('not_ready', 'Cannot open one more stream now', { retryAfterSeconds });
  return answerProblem(problem, { style: 'problem', headers });
}
