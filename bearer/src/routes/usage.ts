import { Problem, usageBatchSchema } from '@fauna-flags/protocol';
import { readJsonObject } from '../middleware/body.ts';
import { commonHeaders } from '../middleware/respond.ts';
import type { Asked, Route } from './route.ts';

/** Evaluation counts on their way to the manager. */
export const usageRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/usage',
    demand: { kinds: ['client', 'server'] },
    errors: 'problem',
    handle: recordUsage,
  },
];

async function recordUsage({ caller, request, services }: Asked): Promise<Response> {
  const parsed = usageBatchSchema.safeParse(await readJsonObject(request, services.limits));
  if (!parsed.success)
    throw new Problem('invalid', 'Cannot take the usage batch', {
      errors: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    });
  services.usageBatches.add(caller.key, parsed.data);
  return new Response(null, { status: 204, headers: commonHeaders });
}
