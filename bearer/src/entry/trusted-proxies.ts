import { BlockList, isIP } from 'node:net';
import { plainAddress, type TrustedProxies } from '../middleware/client-address.ts';

/**
 * Reads a list like `10.0.0.0/8, ::1`, by commas or spaces. The answer is the predicate, or the first entry that is neither an address nor a
 * range, so that whoever wrote it can be told.
 */
export function parseTrustedProxies(text: string): TrustedProxies | { readonly wrong: string } {
  const list = new BlockList();
  for (const entry of text.split(/[\s,]+/)) {
    if (entry !== '' && !addTo(list, entry)) return { wrong: entry };
  }
  return (address) => {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  };
}

function addTo(list: BlockList, entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (prefix === undefined) {
    list.addAddress(address, type);
    return true;
  }
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128)) return false;
  list.addSubnet(address, Number(prefix), type);
  return true;
}
