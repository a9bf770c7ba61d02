import { isIP } from 'node:net';
import { isOwnNetworkAddress, isPublicAddress } from './addresses.ts';

/** What the installation allows beyond the public internet over https. */
export interface EgressOptions {
  /** Takes http as well, and addresses of this machine and of private networks: for development. */
  readonly isInsecure: boolean;
  /** Addresses that may be reached although they are not public. */
  readonly networks: (address: string) => boolean;
}

/** Where requests may go that somebody has asked the manager to send. */
export interface EgressRules {
  /** The target, or what is wrong with it: goes on after "the address". What names mean is judged when they are looked up. */
  read(text: string): { readonly url: URL } | { readonly wrong: string };
  /** Whether an address may be connected to. */
  allows(address: string): boolean;
}

const urlCharactersMax = 2_000;

/**
 * Ports above 1023 where something listens that takes lines of a request for commands of its own, or that no web server
 * has. Below that, only those of the web are good.
 */
const portsRefused = new Set([
  1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668,
  6669, 6679, 6697, 10080, 11211, 27017,
]);

/** The rules of an installation. */
export function egressRules({ isInsecure, networks }: EgressOptions): EgressRules {
  const allows = (address: string) =>
    isPublicAddress(address) || (isInsecure && isOwnNetworkAddress(address)) || networks(address);
  return {
    allows,
    read(text) {
      const url = text.length <= urlCharactersMax && URL.canParse(text) ? new URL(text) : undefined;
      if (url === undefined)
        return {
          wrong: `must be a whole one of at most ${urlCharactersMax} characters, like https://example.com/hook`,
        };
      if (url.protocol !== 'https:' && !(isInsecure && url.protocol === 'http:'))
        return { wrong: 'must begin with https://' };
      if (url.username !== '' || url.password !== '')
        return { wrong: 'must hold no user and no password: verify the signature instead' };
      const port = portOf(url);
      if (port !== 443 && port !== 80 && (port < 1024 || portsRefused.has(port)))
        return { wrong: `must not have port ${port}: 443 is usual, and most ports from 1024 on are good` };
      const host = hostOf(url);
      if (isIP(host) !== 0 && !allows(host)) return { wrong: 'must be one of the public internet' };
      url.hash = '';
      return { url };
    },
  };
}

/** The host as sockets want it: without the brackets around an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The port, also where the URL leaves it out. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
