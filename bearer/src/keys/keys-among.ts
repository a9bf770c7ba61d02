import { keyRegistryDocument } from '@fauna-flags/protocol';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';
import type { KeySource } from './key-source.ts';

/** The key registry of a store in which it lies among the rulesets, as one document more, under its own id. */
export function keysAmong(documents: RulesetSource): KeySource {
  return {
    read: () => documents.read(keyRegistryDocument),
    position: () => documents.position(keyRegistryDocument),
    watch: (onHint) => documents.watch(keyRegistryDocument, onHint),
    close: () => documents.close(),
  };
}
