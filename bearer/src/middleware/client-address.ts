/** Whether an address belongs to a proxy whose `X-Forwarded-*` headers are believed. */
export type TrustedProxies = (address: string) => boolean;

/** Believes nobody. */
export const noTrustedProxies: TrustedProxies = () => false;

/** An IPv4 address that a dual-stack socket wrote as IPv6 (`::ffff:10.0.0.1`) is that IPv4 address. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/**
 * The address a request comes from: the socket's, unless that is a trusted proxy's; then the last address in
 * `X-Forwarded-For` that is not a trusted proxy's itself. What a client writes there on its own is to the left of that,
 * and never believed.
 */
export function clientAddress({
  peer,
  forwardedFor,
  trustedProxies,
}: {
  /** The other end of the socket. */
  readonly peer: string;
  /** The header `X-Forwarded-For`. */
  readonly forwardedFor: string | null | undefined;
  readonly trustedProxies: TrustedProxies;
}): string {
  let address = plainAddress(peer);
  if (!trustedProxies(address)) return address;
  const hops = (forwardedFor ?? '').split(',').map((hop) => plainAddress(hop.trim()));
  while (trustedProxies(address)) {
    const hop = hops.pop();
    if (hop === undefined || !looksLikeAddress(hop)) break;
    address = hop;
  }
  return address;
}

/**
 * What streams are counted by: an IPv4 address, or the network of an IPv6 one (/64, which one subscriber has for himself).
 * `undefined` where counting would punish the wrong ones: this machine's own programs, and a proxy in a private network
 * that nobody has said to trust, behind which everybody has one address.
 */
export function countedAddress({
  address,
  isForwarded,
}: {
  readonly address: string;
  /** Whether the request says that somebody has passed it on. */
  readonly isForwarded: boolean;
}): string | undefined {
  if (address === '' || /^(127\.|::1$)/.test(address)) return undefined;
  if (isForwarded && isPrivate(address)) return undefined;
  if (!address.includes(':')) return address;
  return firstGroups(address, 4);
}

function looksLikeAddress(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || (text.includes(':') && /^[0-9a-f:.]{2,45}$/i.test(text));
}

function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i.test(
    address,
  );
}

/** The first groups of an IPv6 address, written out: `2001:db8::1` begins with `2001:db8:0:0`. */
function firstGroups(address: string, groups: number): string {
  const [head = '', tail] = address.split('%', 1)[0]?.toLowerCase().split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? [] : Array(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...gap, ...back].slice(0, groups).join(':');
}
