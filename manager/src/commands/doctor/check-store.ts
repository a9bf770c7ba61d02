import { explainRedisError, nodeClock, RedisLink, type StoreAddress } from '@fauna-flags/bearer/node';
import { type Finding, fail, judgeClock, ok, warn } from './finding.ts';

/** Oldest major version of Redis that Fauna is tested with. */
const versionMin = 7;

/** The store between managers and bearers, through what a manager's user may do there and what it may see. */
export async function checkStore(store: StoreAddress | undefined): Promise<readonly Finding[]> {
  if (store === undefined) return [ok('store', 'memory, within the manager')];
  if (store.kind === 'upstash') return [await checkUpstash(store)];
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const link = new RedisLink({
    url: store.url,
    clock: nodeClock,
    random: Math.random,
    log: quiet,
    purpose: 'the doctor',
  });
  const ask = (...[command = '', ...args]: readonly string[]) =>
    link
      .run((redis) => redis.call(command, ...args))
      .then(
        (answer) => ({ answer }),
        (error: unknown) => ({ reason: explainRedisError(error).message }),
      );
  try {
    const reached = await ask('TYPE', '{fauna}:positions');
    if ('reason' in reached)
      return [fail('store', `Redis cannot be used: ${reached.reason}. Check REDIS_URL, and that it runs`)];
    return [
      ok('store', 'Redis answers'),
      ...judgeInfo(await ask('INFO')),
      await checkUser(ask),
      await checkClock(ask),
    ];
  } finally {
    await link.close();
  }
}

type Ask = (
  ...command: readonly string[]
) => Promise<{ readonly answer: unknown } | { readonly reason: string }>;

function judgeInfo(info: Awaited<ReturnType<Ask>>): readonly Finding[] {
  if ('reason' in info)
    return [
      ok('policy of the store', 'the user may not see it: look whether maxmemory-policy is noeviction'),
    ];
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(String(info.answer))?.[1] ?? '';
  const [version, policy, used] = [value('redis_version'), value('maxmemory_policy'), value('aof_enabled')];
  return [
    Number.parseInt(version, 10) >= versionMin
      ? ok('version of the store', `Redis ${version}`)
      : warn('version of the store', `Redis ${version}: use ${versionMin} or newer`),
    policy === 'noeviction'
      ? ok('policy of the store', 'noeviction')
      : warn(
          'policy of the store',
          `${policy || 'unknown'}: set maxmemory-policy to noeviction, or rulesets are evicted under load`,
        ),
    ok(
      'persistence of the store',
      `${used === '1' ? 'an append-only file' : 'none or snapshots'}: either is enough, since managers fill it again within seconds`,
    ),
  ];
}

async function checkUser(ask: Ask): Promise<Finding> {
  const who = await ask('ACL', 'WHOAMI');
  if ('reason' in who) return ok('user of the store', 'a user of few rights');
  return who.answer === 'default'
    ? warn(
        'user of the store',
        'the user "default" may do everything: docs/deploy.md lists the rights that are enough',
      )
    : ok('user of the store', `"${String(who.answer)}"`);
}

async function checkClock(ask: Ask): Promise<Finding> {
  const fromMs = Date.now();
  const time = await ask('TIME');
  if ('reason' in time || !Array.isArray(time.answer))
    return ok('clock of the store', 'the user may not see it; nothing depends on it');
  return judgeClock(
    'clock of the store',
    Number(time.answer[0]) * 1_000 + Number(time.answer[1]) / 1_000,
    fromMs,
    Date.now(),
  );
}

async function checkUpstash({
  url,
  token,
}: {
  readonly url: string;
  readonly token: string;
}): Promise<Finding> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: '["TYPE","{fauna}:positions"]',
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined);
  if (response?.ok === true) return ok('store', 'Upstash answers');
  return fail(
    'store',
    `Upstash ${response === undefined ? 'cannot be reached' : `answers ${response.status}`}: check UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN`,
  );
}
