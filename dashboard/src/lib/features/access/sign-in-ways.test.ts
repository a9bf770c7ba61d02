import { signInErrors } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import { oidcStart, signInErrorWords } from './sign-in-ways.ts';

const said = (error: string) => signInErrorWords(new URLSearchParams({ error }));

it('signInErrorWords() has words for every way to fail, and shows nothing that somebody else has written', () => {
  for (const error of signInErrors) expect(said(error)).toMatch(/^[A-Z]/);
  for (const other of ['', 'call 555-1234', 'constructor', '__proto__']) expect(said(other)).toBeUndefined();
  expect(signInErrorWords(new URLSearchParams())).toBeUndefined();
});

it('oidcStart() takes along where the person wants to go', () => {
  expect(oidcStart('/projects/shop?a=1&b=2')).toBe(
    '/api/v1/sign-in/oidc?next=%2Fprojects%2Fshop%3Fa%3D1%26b%3D2',
  );
});
