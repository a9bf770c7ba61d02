import { afterAll, beforeAll, describe } from 'vitest';
import { admissionContract } from './admission.contract.ts';
import type { BearerUnderContract } from './bearer-under-contract.ts';
import { connectContract } from './connect.contract.ts';
import { ContractWorld } from './contract-world.ts';
import { endingContract } from './ending.contract.ts';
import { ofrepContract } from './ofrep.contract.ts';
import { privacyContract } from './privacy.contract.ts';
import { streamContract } from './stream.contract.ts';

/** What every bearer keeps over HTTP, whatever runs it: one suite, one bearer for all of it, the same assertions. */
export function bearerContract(name: string, start: () => Promise<BearerUnderContract>): void {
  describe(`${name} keeps the contract of a bearer:`, { timeout: 40_000 }, () => {
    let started: ContractWorld | undefined;
    const world = () => {
      if (started === undefined) throw new Error('The bearer has not been started');
      return started;
    };
    beforeAll(async () => {
      started = new ContractWorld(await start());
    }, 60_000);
    afterAll(() => started?.bearer.end());

    connectContract(world);
    admissionContract(world);
    streamContract(world);
    ofrepContract(world);
    privacyContract(world);
    // Last, since the bearer is over at its end.
    endingContract(world);
  });
}
