import { expect, it } from 'vitest';
import { readParagraphs } from './plain-text.ts';

it('readParagraphs() tells paragraphs, code and emphasis apart, and leaves the rest as it is', () => {
  expect(readParagraphs('**Lists** answer `{items}`.\n\nA < b & `c')).toEqual([
    [
      { kind: 'strong', text: 'Lists' },
      { kind: 'plain', text: ' answer ' },
      { kind: 'code', text: '{items}' },
      { kind: 'plain', text: '.' },
    ],
    [{ kind: 'plain', text: 'A < b & `c' }],
  ]);
});
