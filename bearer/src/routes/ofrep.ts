import type { Evaluation } from '@fauna-flags/core';
import { parsePosition } from '@fauna-flags/core/link';
import { readmit } from '../middleware/admit.ts';
import { contextOf, readJsonObject } from '../middleware/body.ts';
import { matchesEtag, plainEtag } from '../middleware/etag.ts';
import { commonHeaders } from '../middleware/respond.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { ofrepFailure, ofrepItem } from './ofrep-item.ts';
import type { Asked, Route } from './route.ts';

const shared = { method: 'POST', demand: { kinds: ['client', 'server'] }, errors: 'ofrep' } as const;

/** OpenFeature Remote Evaluation Protocol 0.3: one flag, or all that the key may see. */
export const ofrepRoutes: readonly Route[] = [
  { ...shared, path: '/ofrep/v1/evaluate/flags', handle: evaluateFlags },
  // Some clients append a slash to the base path of what they ask for.
  { ...shared, path: '/ofrep/v1/evaluate/flags/', handle: evaluateFlags },
  // Keys need no escaping here, but other clients' keys hold slashes, encoded or not: all of them are simply unknown.
  { ...shared, path: '/ofrep/v1/evaluate/flags/:key{.+}', handle: evaluateFlag },
];

async function evaluateFlag({ caller, request, param, services }: Asked): Promise<Response> {
  const context = contextOf(await readJsonObject(request, services.limits), { nullIsEmpty: true });
  const live = readmit(caller, services);
  const flagKey = param('key');
  const forClient = caller.key.kind === 'client';
  const hidden = forClient && !live.isClientVisible(flagKey);
  const evaluation = hidden ? unknownFlag : live.compiled.evaluate(flagKey, context);
  if (evaluation.reason === 'ERROR')
    return json(JSON.stringify(ofrepFailure(flagKey, evaluation.errorCode)), {
      status: evaluation.errorCode === 'FLAG_NOT_FOUND' ? 404 : 400,
    });
  const metadata = { flagSetId: live.compiled.environment, version: String(live.compiled.version) };
  return json(JSON.stringify(ofrepItem(flagKey, evaluation, { withRule: !forClient, metadata })));
}

async function evaluateFlags({ caller, request, services }: Asked): Promise<Response> {
  const context = contextOf(await readJsonObject(request, services.limits), { nullIsEmpty: true });
  const live = await atLeast(flagConfigEtag(request), { caller, services });
  const forClient = caller.key.kind === 'client';
  const evaluations = live.compiled.evaluateAll(context, { clientVisible: forClient });
  const flags = Object.keys(evaluations)
    .sort()
    .flatMap((key) => {
      const evaluation = evaluations[key];
      return evaluation === undefined
        ? []
        : [ofrepItem(key, evaluation, { withRule: !forClient, metadata: {} })];
    });
  const text = JSON.stringify({ flags, ...setMetadata(live, forClient, request) });
  const etag = `"${services.crypto.sha256Hex(`${caller.key.id}\n${text}`).slice(0, 32)}"`;
  // A notification that names another configuration forces a whole answer; one that names ours proves nothing.
  const forced = (flagConfigEtag(request) ?? live.positionText) !== live.positionText;
  if (!forced && matchesEtag(request.headers.get('if-none-match'), etag))
    return new Response(null, { status: 304, headers: { ...commonHeaders, ETag: etag } });
  return json(text, { headers: { ETag: etag } });
}

const unknownFlag: Evaluation = { reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' };

/** The configuration that a notification told the client of; anything that is no position of ours is ignored. */
function flagConfigEtag(request: Request): string | undefined {
  const text = new URL(request.url).searchParams.get('flagConfigEtag');
  const plain = text === null ? undefined : plainEtag(text);
  return parsePosition(plain) === undefined ? undefined : plain;
}

/** The ruleset of this moment; asks the source first when the client has heard of another one. */
async function atLeast(
  positionText: string | undefined,
  { caller, services }: Pick<Asked, 'caller' | 'services'>,
): Promise<LiveRuleset> {
  const live = readmit(caller, services);
  if (positionText === undefined || positionText === live.positionText) return live;
  await caller.environment.follower.confirm();
  return readmit(caller, services);
}

/**
 * What holds for the whole set. No version for client keys: it would change the ETag with every change that they do not
 * see. One client library cannot read members that it does not know, and gets none.
 */
function setMetadata(
  live: LiveRuleset,
  forClient: boolean,
  request: Request,
): { readonly metadata?: object } {
  if (request.headers.get('user-agent')?.startsWith('ktor-client') === true) return {};
  const flagSetId = live.compiled.environment;
  return { metadata: forClient ? { flagSetId } : { flagSetId, version: String(live.compiled.version) } };
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
