import { BlockList, isIP } from 'node:net';

/*
 * Which addresses belong to the public internet, after IANA's registries of special-purpose addresses. Of IPv4 everything
 * does but what is listed. Of IPv6 nothing does but global unicast, and of that not what is listed: addresses that carry an
 * IPv4 address inside (mapped, NAT64, 6to4, Teredo) lead to wherever that one leads, and are never needed.
 */

const specialIpv4 = listOf('ipv4', [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT; some clouds serve their metadata in it
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // public by its number, and the host of every machine in Azure
  '169.254.0.0/16', // link-local, with the metadata of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
]);

const globalUnicast = listOf('ipv6', ['2000::/3']);
const specialIpv6 = listOf('ipv6', [
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
]);

const ownNetworks = {
  4: listOf('ipv4', ['10.0.0.0/8', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']),
  6: listOf('ipv6', ['::1/128', 'fc00::/7']),
};

/** Whether an address is one of the public internet. What is no plain address, or has a zone, is none. */
export function isPublicAddress(address: string): boolean {
  switch (familyOf(address)) {
    case 4:
      return !specialIpv4.check(address, 'ipv4');
    case 6:
      return globalUnicast.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6');
    case undefined:
      return false;
  }
}

/** Whether an address is this machine's or one of a private network; link-local ones are neither. */
export function isOwnNetworkAddress(address: string): boolean {
  const family = familyOf(address);
  return family !== undefined && ownNetworks[family].check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function familyOf(address: string): 4 | 6 | undefined {
  if (address.includes('%')) return undefined;
  const family = isIP(address);
  return family === 4 || family === 6 ? family : undefined;
}

function listOf(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
