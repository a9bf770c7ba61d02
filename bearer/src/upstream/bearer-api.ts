import {
  bearerApiPaths,
  type Heartbeat,
  heartbeatSchema,
  heldDocumentsHeader,
  Problem,
  parseHeldDocuments,
  type UsageRecord,
  usagePostSchema,
  usageRecordSchema,
} from '@fauna-flags/protocol';
import { type Context, Hono } from 'hono';
import type { BearerCrypto } from '../crypto.ts';
import { reasonOf } from '../log.ts';
import { answerProblem, commonHeaders } from '../middleware/respond.ts';
import { requestEnv } from '../request-env.ts';
import { bearerTokenCheck } from './bearer-token.ts';
import { LibraryStreams, type LibraryStreamsOptions } from './library-streams.ts';
import { readReport } from './read-report.ts';

/** What serves other bearers. */
export interface BearerApiOptions extends LibraryStreamsOptions {
  /** `FAUNA_BEARER_TOKEN`. Without it nobody is served. */
  readonly token: string | undefined;
  readonly crypto: Pick<BearerCrypto, 'sha256Hex'>;
  /** Takes a heartbeat over; may reject, and its sender then hears that it was lost. */
  readonly onHeartbeat: (heartbeat: Heartbeat) => Promise<void>;
  /** Takes usage over; may reject, and its sender then sends it again. A record may come more than once. */
  readonly onUsage: (records: readonly UsageRecord[]) => Promise<void>;
}

/** What bearers read where there is no store. */
export interface BearerApi {
  /** Answers everything under `/api/bearer`. */
  readonly app: Hono;
  /** Open streams. */
  readonly streams: number;
  /** Sends every reader away; takes no more. */
  close(): void;
}

/** Where its paths begin. */
export const bearerApiPrefix = '/api/bearer';

/**
 * Serves documents to other bearers, out of whatever library stands behind it, and takes their heartbeats. The token of
 * bearers opens it and nothing else does, and that token opens nothing else.
 */
export function createBearerApi(options: BearerApiOptions): BearerApi {
  const streams = new LibraryStreams(options);
  const app = new Hono();
  app.use(async (c, next) => {
    const refusal = refusalOf(c);
    if (refusal !== undefined) return answer(refusal);
    await next();
  });
  const isBearer = options.token === undefined ? undefined : bearerTokenCheck(options.token, options.crypto);

  app.get(bearerApiPaths.stream, async (c) => {
    if (c.req.method === 'HEAD') return refuseMethod('GET');
    const held = parseHeldDocuments(c.req.header(heldDocumentsHeader));
    const body = await streams.open(held, requestEnv(c.env).hangUp);
    return new Response(body, { headers: { ...commonHeaders, ...streamHeaders } });
  });
  app.all(bearerApiPaths.stream, () => refuseMethod('GET'));

  app.post(bearerApiPaths.heartbeat, async (c) => {
    const heartbeat = heartbeatSchema.safeParse(await readReport(c.req.raw));
    if (!heartbeat.success) throw new Problem('invalid', 'Cannot read the body: it is not a heartbeat');
    try {
      await options.onHeartbeat(heartbeat.data);
    } catch (cause) {
      throw new Problem('retryable', 'Cannot hand on this heartbeat now', { cause });
    }
    return new Response(null, { status: 204, headers: commonHeaders });
  });
  app.all(bearerApiPaths.heartbeat, () => refuseMethod('POST'));

  app.post(bearerApiPaths.usage, async (c) => {
    const post = usagePostSchema.safeParse(await readReport(c.req.raw));
    if (!post.success) throw new Problem('invalid', 'Cannot read the body: it holds no records of usage');
    const records = post.data.records.flatMap((record) => usageRecordSchema.safeParse(record).data ?? []);
    try {
      await options.onUsage(records);
    } catch (cause) {
      throw new Problem('retryable', 'Cannot take usage over now', { cause });
    }
    return new Response(null, { status: 204, headers: commonHeaders });
  });
  app.all(bearerApiPaths.usage, () => refuseMethod('POST'));

  app.notFound(() => answer(new Problem('not_found', 'Cannot find this path')));
  app.onError((error) => {
    if (error instanceof Problem) return answer(error);
    options.log.error('Cannot answer a bearer', { reason: reasonOf(error) });
    return answer(new Problem('internal', 'Cannot answer this request'));
  });

  function refusalOf(c: Context): Problem | undefined {
    if (isBearer === undefined)
      return new Problem('not_found', 'Cannot serve bearers here: FAUNA_BEARER_TOKEN is not set');
    if (!isBearer(c.req.raw))
      return new Problem('unauthorized', 'Cannot answer without the token of bearers (FAUNA_BEARER_TOKEN)');
    return undefined;
  }

  return {
    app,
    get streams() {
      return streams.size;
    },
    close: () => streams.close(),
  };
}

const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

function answer(problem: Problem): Response {
  return answerProblem(problem, { style: 'problem', headers: {} });
}

function refuseMethod(allowed: string): Response {
  const problem = new Problem('method_not_allowed', 'Cannot use this method here');
  return answerProblem(problem, { style: 'problem', headers: { Allow: allowed } });
}
