import { keyRegistryDocument } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { keySourceContract } from '../keys/key-source.contract.ts';
import { rulesetSourceContract } from '../rulesets/ruleset-source.contract.ts';
import { snapshotOf } from '../testing/documents.ts';
import { MemoryShelf, memorySources } from './memory-shelf.ts';

rulesetSourceContract('memorySources().rulesets', async () => {
  const shelf = new MemoryShelf();
  return {
    source: memorySources(shelf).rulesets,
    put: async (environmentId, snapshot) => shelf.put(environmentId, snapshot),
  };
});

keySourceContract('memorySources().keys', async () => {
  const shelf = new MemoryShelf();
  return {
    source: memorySources(shelf).keys,
    put: async (snapshot) => shelf.put(keyRegistryDocument, snapshot),
    putOther: async (snapshot) => shelf.put('environment-a', snapshot),
  };
});

describe('MemoryShelf', () => {
  it('names what lies on it and gives it back', () => {
    const shelf = new MemoryShelf();
    const snapshot = snapshotOf({ a: 1 });
    shelf.put('a', snapshot);
    shelf.put('b', snapshotOf({ b: 1 }));
    expect(shelf.documents()).toEqual(['a', 'b']);
    expect(shelf.read('a')).toBe(snapshot);
    shelf.remove('a');
    expect(shelf.documents()).toEqual(['b']);
  });
});
