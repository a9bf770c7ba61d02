import { afterEach, describe, expect, it, vi } from 'vitest';
import { endOf, linkToSend } from './invitations.ts';
import { forgetToken, invitationTokenIn, keepToken, keptToken } from './kept-token.ts';

const token = 'kQ3-_'.repeat(8);

describe('invitationTokenIn()', () => {
  it('reads the token of a link and nothing else', () => {
    expect(invitationTokenIn(`#${token}`)).toBe(token);
    for (const hash of ['', '#', '#main', `#token=${token}`, `#${token}/x`, `#${'a'.repeat(201)}`]) {
      expect(invitationTokenIn(hash)).toBeUndefined();
    }
  });
});

describe('keptToken()', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('answers what this tab keeps, until it is forgotten', () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    });
    expect(keptToken()).toBeUndefined();
    keepToken(token);
    expect(keptToken()).toBe(token);
    forgetToken();
    expect(keptToken()).toBeUndefined();
  });

  it('answers none where there is no storage, and keeping fails nobody', () => {
    vi.stubGlobal('sessionStorage', undefined);
    keepToken(token);
    forgetToken();
    expect(keptToken()).toBeUndefined();
  });
});

it('linkToSend() makes a whole address of a path and leaves whole addresses alone', () => {
  const here = 'http://localhost:3000';
  expect(linkToSend(`/invitation#${token}`, here)).toBe(`${here}/invitation#${token}`);
  const public_ = `https://flags.example/invitation#${token}`;
  expect(linkToSend(public_, here)).toBe(public_);
});

it('endOf() stays within what the API gives, also by a clock that is a little ahead', () => {
  const now = Date.UTC(2030, 0, 1);
  expect(endOf('1', now)).toBe('2030-01-01T23:55:00.000Z');
  expect(Date.parse(endOf('90', now)) - now).toBeLessThan(90 * 86_400_000);
});
