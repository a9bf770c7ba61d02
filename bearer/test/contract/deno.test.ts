import { denoArguments, denoBinary } from '../../../scripts/deno.mjs';
import { bearerContract } from './bearer.contract.ts';
import { processFixture } from './process-fixture.ts';

bearerContract('Deno', () =>
  processFixture((environment) => [denoBinary(), ...denoArguments({ PORT: '0', ...environment })]),
);
