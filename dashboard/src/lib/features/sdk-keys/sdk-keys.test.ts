import { describe, expect, it } from 'vitest';
import { isWorking, shownText } from './key-times.ts';
import { readOrigins } from './read-origins.ts';
import { snippetsFor } from './snippets.ts';

const url = 'https://flags.example';

describe('snippetsFor()', () => {
  it('puts a client key and the address into every way to connect', () => {
    const snippets = snippetsFor({ kind: 'client', url, key: 'fauna_cli_abc' });
    expect(snippets.map(({ id }) => id)).toEqual(['client', 'react', 'openfeature', 'curl']);
    for (const { code } of snippets) {
      expect(code).toContain('fauna_cli_abc');
      expect(code).toContain(url);
    }
  });

  it('writes a server key into no code: only where it is put into the environment, and only when it is known', () => {
    const known = snippetsFor({ kind: 'server', url, key: 'fauna_srv_abc' });
    expect(
      known.filter(({ code }) => code.includes('fauna_srv_abc')).map(({ code }) => code.split('\n')[0]),
    ).toEqual(["export FAUNA_SERVER_KEY='fauna_srv_abc'"]);
    for (const { code } of snippetsFor({ kind: 'server', url })) {
      expect(code).toContain('FAUNA_SERVER_KEY');
      expect(code).not.toContain('fauna_srv_');
      expect(code).toContain(url);
    }
  });
});

describe('readOrigins()', () => {
  it('cuts addresses down to what browsers send', () => {
    expect(readOrigins('https://Shop.example:443/cart?x=1, http://localhost:5173\n*')).toEqual({
      origins: ['https://shop.example', 'http://localhost:5173', '*'],
      rest: '',
    });
    expect(readOrigins('capacitor://localhost').origins).toEqual(['capacitor://localhost']);
  });

  it('takes a host for one that is served over https, and once', () => {
    expect(readOrigins('shop.example localhost:3000 https://shop.example').origins).toEqual([
      'https://shop.example',
      'https://localhost:3000',
    ]);
  });

  it('hands back what is no origin', () => {
    expect(readOrigins('shop https://ok.example http://')).toEqual({
      origins: ['https://ok.example'],
      rest: 'shop http://',
    });
    expect(readOrigins('mailto:a@b.example').origins).toEqual([]);
  });
});

it('a key works while it is active or in its grace', () => {
  const states = ['active', 'grace', 'expired', 'revoked'] as const;
  expect(states.map((state) => isWorking({ state }))).toEqual([true, true, false, false]);
});

it('shownText() shows a client key whole and of a server key its two ends', () => {
  expect(shownText({ key: 'fauna_cli_abcd', prefix: 'fauna_cli_', last4: 'abcd' })).toBe('fauna_cli_abcd');
  expect(shownText({ prefix: 'fauna_srv_', last4: 'abcd' })).toBe('fauna_srv_…abcd');
});
