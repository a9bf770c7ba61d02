import { Problem, usageBatchSchema } from '@fauna-flags/protocol';
import { reasonOf } from '../log.ts';
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
  const record = {
    environmentId: caller.environment.id,
    keyId: caller.key.id,
    receivedAt: services.clock.now(),
    batch: parsed.data,
  };
  // Counts are worth less than an application's request: whatever happens to them, the SDK is done here.
  services.usage.record(record).catch((error: unknown) => {
    services.log.warn('Cannot record a usage batch, dropped it', {
      key: record.keyId,
      reason: reasonOf(error),
    });
  });
  return new Response(null, { status: 204, headers: commonHeaders });
}
