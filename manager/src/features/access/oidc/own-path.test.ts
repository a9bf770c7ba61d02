import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ownPath } from './own-path.ts';

it('ownPath() goes on to a page of the dashboard', () => {
  for (const path of ['/', '/projects/shop/flags?query=a%20b&x=', '/projects/%C3%A4'])
    expect(ownPath(path)).toBe(path);
});

it('ownPath() never leads to another site, however a browser reads it', () => {
  const evil = [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/%2e//evil.example',
    'https://evil.example',
    '/sign-in?next=/',
    '',
    'x',
  ];
  for (const text of evil) expect([text, ownPath(text)]).toEqual([text, '/']);
  expect(ownPath(undefined)).toBe('/');
  const parts = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '\t',
    '\n',
    '%2e',
    '%2f',
    'evil.example',
    '?',
    '#',
    ':',
    '@',
    'https:',
    ' ',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(parts).map((some) => some.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const path = ownPath(text);
      expect(new URL(path, 'https://flags.example.com').origin).toBe('https://flags.example.com');
      expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
    }),
    { numRuns: 2_000 },
  );
});
