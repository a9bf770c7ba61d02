import { comparePositions, parsePosition } from '@fauna-flags/core/link';
import { type Caller, readmit } from '../middleware/admit.ts';
import { type JsonObject, readJsonObject } from '../middleware/body.ts';
import { contextFor } from '../middleware/context.ts';
import { matchesEtag, plainEtag } from '../middleware/etag.ts';
import { commonHeaders } from '../middleware/respond.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import type { Services } from '../services.ts';
import { ofrepEvaluation, ofrepFlagsText } from './ofrep-flags.ts';
import { ofrepFailure, ofrepItem } from './ofrep-item.ts';
import { ofrepEventStreams, ofrepStreamRoutes } from './ofrep-stream.ts';
import type { Asked, Route } from './route.ts';

const shared = { method: 'POST', demand: { kinds: ['client', 'server'] }, errors: 'ofrep' } as const;

const inOfrep = { nullIsEmpty: true, signedWithin: 'context' } as const;

/** OpenFeature Remote Evaluation Protocol 0.3: one flag, all that the key may see, and word of changes. */
export const ofrepRoutes: readonly Route[] = [
  { ...shared, path: '/ofrep/v1/evaluate/flags', handle: evaluateFlags },
  // Some clients append a slash to the base path of what they ask for.
  { ...shared, path: '/ofrep/v1/evaluate/flags/', handle: evaluateFlags },
  // Keys need no escaping here, but other clients' keys hold slashes, encoded or not: all of them are simply unknown.
  { ...shared, path: '/ofrep/v1/evaluate/flags/:key{.+}', handle: evaluateFlag },
  ...ofrepStreamRoutes,
];

async function evaluateFlag({ caller, request, param, services }: Asked): Promise<Response> {
  const context = contextFor(await readJsonObject(request, services.limits), { caller, services }, inOfrep);
  const live = readmit(caller, services);
  const flagKey = param('key');
  const forClient = caller.key.kind === 'client';
  const evaluation = ofrepEvaluation(live, flagKey, { context, forClient });
  if (evaluation.reason === 'ERROR')
    return json(JSON.stringify(ofrepFailure(flagKey, evaluation.errorCode)), {
      status: evaluation.errorCode === 'FLAG_NOT_FOUND' ? 404 : 400,
    });
  const metadata = { flagSetId: live.compiled.environment, version: String(live.compiled.version) };
  return json(JSON.stringify(ofrepItem(flagKey, evaluation, { withRule: !forClient, metadata })));
}

async function evaluateFlags({ caller, request, services }: Asked): Promise<Response> {
  const context = contextFor(await readJsonObject(request, services.limits), { caller, services }, inOfrep);
  const live = await atLeast(flagConfigEtag(request), { caller, services });
  const forClient = caller.key.kind === 'client';
  const flagsText = ofrepFlagsText(live, { context, forClient });
  const rest = { live, flagsText, context, caller, services };
  const text = `{"flags":${flagsText}${isStrict(request) ? '' : restText(rest)}}`;
  const etag = `"${services.crypto.sha256Hex(`${caller.key.id}\n${text}`).slice(0, 32)}"`;
  // A notification that names another configuration forces a whole answer; one that names ours proves nothing.
  const forced = (flagConfigEtag(request) ?? live.positionText) !== live.positionText;
  if (!forced && matchesEtag(request.headers.get('if-none-match'), etag))
    return new Response(null, { status: 304, headers: { ...commonHeaders, ETag: etag } });
  return json(text, { headers: { ETag: etag } });
}

/** The configuration that a notification told the client of; anything that is no position of ours is ignored. */
function flagConfigEtag(request: Request): string | undefined {
  const text = new URL(request.url).searchParams.get('flagConfigEtag');
  const plain = text === null ? undefined : plainEtag(text);
  return parsePosition(plain) === undefined ? undefined : plain;
}

/** The ruleset of this moment; asks the source first when the client has heard of one that is not known here. */
async function atLeast(
  positionText: string | undefined,
  { caller, services }: Pick<Asked, 'caller' | 'services'>,
): Promise<LiveRuleset> {
  const live = readmit(caller, services);
  const named = parsePosition(positionText);
  const standing = named === undefined ? 'same' : comparePositions(named, live.position);
  if (standing === 'same' || standing === 'older') return live;
  await caller.environment.follower.confirm();
  return readmit(caller, services);
}

/** One client library cannot read members that it does not know, and gets none. */
function isStrict(request: Request): boolean {
  return request.headers.get('user-agent')?.startsWith('ktor-client') === true;
}

/**
 * What holds for the whole set, as further members. No version for client keys: it would change the ETag with every
 * change that they do not see.
 */
function restText({ live, flagsText, context, caller, services }: Rest): string {
  const flagSetId = live.compiled.environment;
  const forClient = caller.key.kind === 'client';
  const metadata = forClient ? { flagSetId } : { flagSetId, version: String(live.compiled.version) };
  const eventStreams = ofrepEventStreams({ caller, context, flagsText }, services);
  const streams = eventStreams === undefined ? '' : `,"eventStreams":${JSON.stringify(eventStreams)}`;
  return `,"metadata":${JSON.stringify(metadata)}${streams}`;
}

interface Rest {
  readonly live: LiveRuleset;
  readonly flagsText: string;
  readonly context: JsonObject;
  readonly caller: Caller;
  readonly services: Services;
}

function json(
  text: string,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
) {
  return new Response(text, {
    status,
    headers: { ...commonHeaders, 'Content-Type': 'application/json', ...headers },
  });
}
