import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './addresses.ts';
import { egressRules } from './egress-rules.ts';

/** First address and prefix of what is not public, as numbers, so that nothing here is read by what is tried. */
const special4: readonly (readonly [number, number])[] = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0x7f000000, 8],
  [0xa83f8110, 32],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 24],
  [0xc0000200, 24],
  [0xc0586300, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xc6336400, 24],
  [0xcb007100, 24],
  [0xe0000000, 4],
  [0xf0000000, 4],
];
const special6: readonly (readonly [bigint, number])[] = [
  [0n, 8], // unspecified, loopback, IPv4-compatible, IPv4-mapped
  [0x0064ff9bn << 96n, 96], // NAT64
  [0x0064ff9b0001n << 80n, 48], // NAT64 of one's own
  [0x0100n << 112n, 64], // discard
  [0x20010000n << 96n, 32], // Teredo
  [0x20010db8n << 96n, 32], // documentation
  [0x2002n << 112n, 16], // 6to4
  [0x3fffn << 112n, 20], // documentation
  [0x5f00n << 112n, 16], // segment routing
  [0xfcn << 120n, 7], // unique local
  [0xfe80n << 112n, 10], // link-local
  [0xfec0n << 112n, 10], // site-local
  [0xffn << 120n, 8], // multicast
];

const ipv4In = fc
  .tuple(fc.constantFrom(...special4), fc.nat(0xffffffff))
  .map(([[first, prefix], random]) => first + Math.floor(random / 2 ** prefix));
const ipv6In = fc
  .tuple(fc.constantFrom(...special6), fc.bigInt(0n, (1n << 128n) - 1n))
  .map(([[first, prefix], random]) => first + (random >> BigInt(prefix)));

const bytesOf = (address: number) => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
const groupsOf = (address: bigint) =>
  Array.from({ length: 8 }, (_, place) => Number((address >> BigInt(112 - place * 16)) & 0xffffn));
const dotted = (address: number) => bytesOf(address).join('.');
const hex = (number: number, digits = 1) => number.toString(16).padStart(digits, '0');

/** How an IPv4 address can be written in a URL: inet_aton's ways too, which browsers and most libraries take. */
const notations4: readonly ((address: number) => string)[] = [
  dotted,
  (address) => String(address),
  (address) => `0x${hex(address)}`,
  (address) => `0${address.toString(8)}`,
  (address) =>
    bytesOf(address)
      .map((byte) => `0x${hex(byte)}`)
      .join('.'),
  (address) =>
    bytesOf(address)
      .map((byte) => `0${byte.toString(8).padStart(3, '0')}`)
      .join('.'),
  (address) => `${bytesOf(address)[0]}.${address % 2 ** 24}`,
  (address) => `${bytesOf(address).slice(0, 2).join('.')}.${address % 2 ** 16}`,
  (address) => `${dotted(address)}.`,
  (address) => dotted(address).replaceAll('.', '%2E'),
  (address) => dotted(address).replaceAll('.', '。'),
  (address) => `[::ffff:${dotted(address)}]`,
  (address) => `[::ffff:${hex(Math.floor(address / 65_536))}:${hex(address % 65_536)}]`,
  (address) => `[0:0:0:0:0:FFFF:${dotted(address)}]`,
  (address) => `[::${dotted(address)}]`,
  (address) => `[64:ff9b::${dotted(address)}]`,
  (address) => `[2002:${hex(Math.floor(address / 65_536))}:${hex(address % 65_536)}::1]`,
];
const notations6: readonly ((address: bigint) => string)[] = [
  (address) =>
    groupsOf(address)
      .map((group) => hex(group))
      .join(':'),
  (address) =>
    groupsOf(address)
      .map((group) => hex(group, 4))
      .join(':')
      .toUpperCase(),
  (address) => {
    const groups = groupsOf(address);
    const [high = 0, low = 0] = groups.slice(6);
    return `${groups
      .slice(0, 6)
      .map((group) => hex(group))
      .join(':')}:${dotted(high * 65_536 + low)}`;
  },
  (address) =>
    new URL(
      `http://[${groupsOf(address)
        .map((group) => hex(group))
        .join(':')}]`,
    ).hostname.slice(1, -1),
];

const rules = egressRules({ isInsecure: false, networks: () => false });

describe('S-37 addresses of webhooks', () => {
  it('are refused inside every special range of IPv4, in every notation that a URL can have', () => {
    fc.assert(
      fc.property(ipv4In, fc.constantFrom(...notations4), (address, notation) => {
        expect(isPublicAddress(dotted(address))).toBe(false);
        expect(rules.read(`https://${notation(address)}/hook`)).toEqual({ wrong: expect.any(String) });
      }),
      { numRuns: 1_000 },
    );
  });

  it('are refused inside every special range of IPv6, in every notation', () => {
    fc.assert(
      fc.property(ipv6In, fc.constantFrom(...notations6), (address, notation) => {
        expect(isPublicAddress(notation(address))).toBe(false);
        expect(rules.read(`https://[${notation(address)}]/hook`)).toEqual({ wrong: expect.any(String) });
      }),
      { numRuns: 1_000 },
    );
  });

  it('are refused where an IPv4 address lies inside, even a public one, and where there is a zone', () => {
    for (const address of [
      '::ffff:8.8.8.8',
      '::8.8.8.8',
      '64:ff9b::808:808',
      '2002:808:808::',
      '2606:4700::1%eth0',
      'fe80::1%1',
    ])
      expect(isPublicAddress(address)).toBe(false);
  });

  it('are taken where they are public', () => {
    const isSpecial = (address: number) =>
      special4.some(([first, prefix]) => Math.floor((address - first) / 2 ** (32 - prefix)) === 0);
    const others = fc
      .nat(0xffffffff)
      .filter((address) => !isSpecial(address) && !/^192\.(31|52|175)\./.test(dotted(address)));
    fc.assert(fc.property(others, (address) => isPublicAddress(dotted(address))));
    for (const address of [
      '1.1.1.1',
      '8.8.8.8',
      '172.15.255.255',
      '172.32.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '223.255.255.255',
    ])
      expect(isPublicAddress(address)).toBe(true);
    for (const address of ['2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '2001:4860:4860::8888'])
      expect(isPublicAddress(address)).toBe(true);
  });

  it('are no addresses when they are anything else', () => {
    for (const text of ['', 'localhost', '127.1', '0x7f000001', '1.2.3', '::g', '1.1.1.1 ', '1.1.1.1/8'])
      expect(isPublicAddress(text)).toBe(false);
  });
});

describe('S-37 targets of webhooks', () => {
  const wrong = (text: string, insecure = false) => {
    const read = egressRules({ isInsecure: insecure, networks: () => false }).read(text);
    return 'wrong' in read ? read.wrong : undefined;
  };

  it('are https, unless the installation is told to be insecure', () => {
    expect(wrong('https://example.com/hook?a=b')).toBeUndefined();
    expect(wrong('http://example.com/')).toBe('must begin with https://');
    expect(wrong('http://example.com/', true)).toBeUndefined();
    for (const text of [
      'ftp://example.com/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'gopher://example.com:443/',
    ])
      expect(wrong(text, true)).toBe('must begin with https://');
  });

  it('hold no credentials and no port that belongs to something else', () => {
    expect(wrong('https://user@example.com/')).toMatch('no user');
    expect(wrong('https://:secret@example.com/')).toMatch('no user');
    for (const port of [1, 22, 25, 445, 1023, 5432, 6379, 6667, 11211])
      expect(wrong(`https://example.com:${port}/`)).toMatch(`port ${port}`);
    for (const port of [443, 8443, 9000, 65535])
      expect(wrong(`https://example.com:${port}/`)).toBeUndefined();
  });

  it('are whole addresses of a bounded length', () => {
    for (const text of ['', 'example.com', '//example.com', `https://example.com/${'a'.repeat(2_000)}`])
      expect(wrong(text)).toMatch('must be a whole one');
  });

  it('may be on this machine and in private networks when insecure, and never among the metadata of clouds', () => {
    for (const host of ['127.0.0.1', '10.1.2.3', '192.168.0.1', '172.20.0.1', '[::1]', '[fd12::1]'])
      expect(wrong(`http://${host}:8080/`, true)).toBeUndefined();
    for (const host of [
      '169.254.169.254',
      '100.100.100.200',
      '168.63.129.16',
      '[fe80::1]',
      '224.0.0.1',
      '0.0.0.0',
    ])
      expect(wrong(`http://${host}/`, true)).toBe('must be one of the public internet');
  });

  it('may be in networks that the installation names, over https still', () => {
    const rules = egressRules({ isInsecure: false, networks: (address) => address === '10.0.0.7' });
    expect(rules.read('https://10.0.0.7/')).toHaveProperty('url');
    expect(rules.read('https://10.0.0.8/')).toHaveProperty('wrong');
    expect(rules.read('http://10.0.0.7/')).toHaveProperty('wrong');
  });
});
