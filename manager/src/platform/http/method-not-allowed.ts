import { Problem } from '@fauna-flags/protocol';
import type { Hono } from 'hono';
import type { ApiEnv } from './authenticate.ts';
import { answerProblem } from './problem-response.ts';

/** Answers 405 with `Allow` on every path that the app knows by other methods. To be called after the last route. */
export function refuseOtherMethods(app: Hono<ApiEnv>): void {
  const methodsByPath = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method === 'ALL') continue;
    const methods = methodsByPath.get(path) ?? new Set<string>();
    methodsByPath.set(path, methods.add(method));
    if (method === 'GET') methods.add('HEAD');
  }
  for (const [path, methods] of methodsByPath) {
    const allow = [...methods].sort().join(', ');
    app.all(path, (c) =>
      answerProblem(
        c,
        new Problem('method_not_allowed', `Cannot ${c.req.method} here: allowed are ${allow}`),
        { Allow: allow },
      ),
    );
  }
}
