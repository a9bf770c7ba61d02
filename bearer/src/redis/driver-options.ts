import type { RedisOptions } from 'ioredis';
import type { RedisCredentials, RedisPlace } from './redis-address.ts';

/** What a connection of the driver may be told. Answers always have the shapes of the older protocol. */
export type DriverOptions = Omit<RedisOptions, 'replyMapping'>;

/** Who we are, as options of the driver. */
export function loginOf({ username, password }: RedisCredentials): RedisCredentials {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

/**
 * How to encrypt a connection, as an option of the driver. The name is said before the certificate is chosen, since many
 * servers share one address; an IP address has none to say.
 */
export function tlsFor(
  { tls }: { readonly tls: boolean },
  { host }: RedisPlace,
): { readonly tls?: { readonly servername?: string } } {
  if (!tls) return {};
  return { tls: /^[\d.]+$|:/.test(host) ? {} : { servername: host } };
}
