/** One server that can be connected to. */
export interface RedisPlace {
  readonly host: string;
  readonly port: number;
}

/** Who we are; absent where a server asks nobody. */
export interface RedisCredentials {
  readonly username?: string;
  readonly password?: string;
}

/** Where Redis is, and how it is laid out. What is written here is secret, but for what `addressOf` gives. */
export type RedisAddress = RedisCredentials & {
  readonly tls: boolean;
} & (
    | { readonly layout: 'single'; readonly place: RedisPlace; readonly database: number }
    | {
        readonly layout: 'sentinel';
        readonly sentinels: readonly RedisPlace[];
        /** What the sentinels call the primary that they watch. */
        readonly primary: string;
        readonly database: number;
        readonly atSentinels: RedisCredentials;
      }
    /** Some nodes of a cluster; they know the others. */
    | { readonly layout: 'cluster'; readonly seeds: readonly RedisPlace[] }
  );

const address = /^(rediss?)(\+sentinel|\+cluster)?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/;
const place = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i;

/**
 * Reads the address of a Redis:
 *
 *     redis://[user[:password]@]host[:port][/database]
 *     redis+sentinel://[user[:password]@]sentinel[:port][,…]/primary[/database][?sentinelUsername=…&sentinelPassword=…]
 *     redis+cluster://[user[:password]@]node[:port][,…]
 *
 * and the same with `rediss`, which is TLS to every server named or found. A text that is anything else, also because a
 * password is not encoded, is answered with `undefined`: what could be quoted of it might be a part of the password.
 */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  const [, scheme, suffix = '', login = '', hosts = '', path = '', query = ''] = address.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const credentials = credentialsIn(login);
  const places = placesIn(hosts, suffix === '+sentinel' ? 26_379 : 6_379);
  const [first] = places ?? [];
  if (credentials === undefined || places === undefined || first === undefined) return undefined;
  const shared = { ...credentials, tls: scheme === 'rediss' };
  switch (suffix) {
    case '+sentinel':
      return sentinelsIn({ shared, sentinels: places, path, query });
    case '+cluster':
      return /^\/?$/.test(path) && query === '' ? { ...shared, layout: 'cluster', seeds: places } : undefined;
    default: {
      const database = databaseIn(path.slice(1));
      if (places.length !== 1 || database === undefined || query !== '') return undefined;
      return { ...shared, layout: 'single', place: first, database };
    }
  }
}

/** What of an address may be shown: servers, and the name of a primary. */
export function addressOf(redis: RedisAddress): string {
  switch (redis.layout) {
    case 'single':
      return placeText(redis.place);
    case 'sentinel':
      return `${redis.sentinels.map(placeText).join(',')}/${redis.primary}`;
    case 'cluster':
      return redis.seeds.map(placeText).join(',');
  }
}

/** As it stands in URLs and log lines. */
export function placeText({ host, port }: RedisPlace): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function sentinelsIn({
  shared,
  sentinels,
  path,
  query,
}: {
  readonly shared: RedisCredentials & { readonly tls: boolean };
  readonly sentinels: readonly RedisPlace[];
  readonly path: string;
  readonly query: string;
}): RedisAddress | undefined {
  const [, primary, databaseText = ''] = /^\/([A-Za-z0-9._-]+)(?:\/(\d*))?$/.exec(path) ?? [];
  const database = databaseIn(databaseText);
  const [, username, password] =
    /^(?:sentinelUsername=([^&=]*)&)?(?:sentinelPassword=([^&=]*))?$/.exec(query) ?? [];
  const atSentinels = credentialsIn([username ?? '', password ?? ''].join(':'));
  if (primary === undefined || database === undefined || atSentinels === undefined) return undefined;
  if (query !== '' && password === undefined) return undefined;
  return { ...shared, layout: 'sentinel', sentinels, primary, database, atSentinels };
}

/** Only a name without a password makes no sense to any Redis, and so `user@` is refused. */
function credentialsIn(login: string): RedisCredentials | undefined {
  const colon = login.indexOf(':');
  if (colon === -1) return login === '' ? {} : undefined;
  try {
    const username = decodeURIComponent(login.slice(0, colon));
    const password = decodeURIComponent(login.slice(colon + 1));
    if (password === '') return username === '' ? {} : undefined;
    return username === '' ? { password } : { username, password };
  } catch {
    return undefined;
  }
}

function placesIn(hosts: string, portByDefault: number): readonly RedisPlace[] | undefined {
  const places: RedisPlace[] = [];
  for (const text of hosts.split(',')) {
    const [, ipv6, name, portText] = place.exec(text) ?? [];
    const host = ipv6 ?? name;
    const port = Number(portText ?? portByDefault);
    if (host === undefined || port < 1 || port > 65_535) return undefined;
    places.push({ host, port });
  }
  return places;
}

function databaseIn(text: string): number | undefined {
  return /^\d{0,4}$/.test(text) ? Number(text) : undefined;
}
