import { type DocumentSourceFixture, documentSourceContract } from '../documents/document-source.contract.ts';
import type { KeySource } from './key-source.ts';

/** A source under contract; `putOther` puts a ruleset beside the registry. */
export interface KeySourceFixture extends DocumentSourceFixture {
  readonly source: KeySource;
}

/** What every key source keeps: the registry is one document of the delivery protocol. */
export function keySourceContract(
  name: string,
  make: () => Promise<KeySourceFixture>,
  options?: { readonly withinMs?: number },
): void {
  documentSourceContract(name, make, options);
}
