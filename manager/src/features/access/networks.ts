import { isIPv6 } from 'node:net';

/** Whoever has one IPv6 address has the 2⁶⁴ of its network, so that the network is what is counted. */
export function networkOf(address: string): string {
  return isIPv6(address) ? groupsOf(address).slice(0, 4).join(':') : address;
}

/**
 * The neighbourhood of a network: the /48 that a provider hands out with 65,536 networks in it, or the /24 of an IPv4
 * address. People share one with strangers, so that nobody is refused for it.
 */
export function neighbourhoodOf(address: string): string {
  return isIPv6(address) ? groupsOf(address).slice(0, 3).join(':') : address.split('.').slice(0, 3).join('.');
}

function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16).toString(16));
}
