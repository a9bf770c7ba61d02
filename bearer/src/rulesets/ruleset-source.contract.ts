import type { Snapshot } from '@fauna-flags/protocol';
import { documentSourceContract } from '../documents/document-source.contract.ts';
import type { RulesetSource } from './ruleset-source.ts';

/** A source under contract, and a way to change what it reads from. */
export interface RulesetSourceFixture {
  readonly source: RulesetSource;
  put(environmentId: string, snapshot: Snapshot): Promise<void>;
}

/** What every ruleset source keeps: for each environment what any document source keeps, whatever others do. */
export function rulesetSourceContract(
  name: string,
  make: () => Promise<RulesetSourceFixture>,
  options?: { readonly withinMs?: number },
): void {
  for (const [mine, other] of [
    ['environment-a', 'environment-b'],
    ['environment-b', 'environment-a'],
  ] as const)
    documentSourceContract(
      `${name}, asked for ${mine},`,
      async () => {
        const { source, put } = await make();
        return {
          source: {
            read: () => source.read(mine),
            position: () => source.position(mine),
            watch: (onHint) => source.watch(mine, onHint),
            close: () => source.close(),
          },
          put: (snapshot) => put(mine, snapshot),
          putOther: (snapshot) => put(other, snapshot),
        };
      },
      options,
    );
}
