import { Buffer } from 'node:buffer';
import { Problem } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPassword } from './check-password.ts';
import { commonPasswords } from './common-passwords.ts';

/** What is wrong with a password; `undefined` when nothing is. */
function wrongWith(password: string, path?: string) {
  try {
    checkPassword(password, path === undefined ? {} : { path });
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return undefined;
}

describe('checkPassword()', () => {
  it('S-30 refuses passwords that guessers try first, in any case and form', () => {
    const common = [
      'password1234',
      '1q2w3e4r5t6y',
      'qwertyqwerty',
      '123456789123',
      'aaaaaaaaaaaa',
      'sonyericsson',
    ];
    const typed = [...common, 'PassWord1234', 'ｐａｓｓｗｏｒｄ１２３４', 'my name is federico'];
    for (const password of typed) expect([password, wrongWith(password)?.status]).toEqual([password, 422]);
  });

  it('S-30 says which field is wrong and why, and never repeats the password', () => {
    const problem = wrongWith('qwertyqwerty', 'newPassword');
    expect(problem?.extras.errors).toEqual([
      { path: 'newPassword', message: expect.stringMatching(/^is one of those that are tried first/) },
    ]);
    expect(JSON.stringify(problem?.toBody())).not.toContain('qwerty');
  });

  it('S-30 counts characters and not what they are made of', () => {
    expect(wrongWith('🦊🦊🦊🦊🦊🦊')?.message).toBe(
      'Cannot set the password: it must have at least 12 characters',
    );
    expect(wrongWith('🦊🦌🐺🦉🐿️🦔🐇🦝🐗🦡🦦🦫')).toBeUndefined();
  });

  it('S-30 asks for no digits, capitals or signs', () => {
    for (const password of [
      'correct horse battery staple',
      'notes on the engine',
      'zwei mal drei macht vier',
    ])
      expect([password, wrongWith(password)]).toEqual([password, undefined]);
  });

  it('takes whatever is long and made by chance', () => {
    // Three in a million would be taken for common: none of these is expected to be.
    let refused = 0;
    fc.assert(
      fc.property(fc.uuid(), (password) => {
        if (wrongWith(password) !== undefined) refused += 1;
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeLessThan(3);
  });

  it('S-30 knows more than ten thousand of at least twelve characters, in less than 100 KB', () => {
    expect(Buffer.from(commonPasswords, 'base64').length / 4).toBeGreaterThan(10_000);
    expect(commonPasswords.length).toBeLessThan(100_000);
  });
});
