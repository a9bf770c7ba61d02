import { Problem } from '@fauna-flags/protocol';
import { answerAnyone } from './answer-anyone.ts';

/** What a manager answers on the paths of bearers when these are processes of their own. */
export function bearersElsewhere(request: Request): Response {
  return answerAnyone(
    request,
    new Problem(
      'not_found',
      'Cannot serve SDKs here: this manager publishes to a store, and bearers answer them. Send the request to a bearer ' +
        '("npm run bearer" starts one), or to what stands in front of both',
    ),
  );
}
