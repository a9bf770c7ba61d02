import { packedProgram } from '../../../scripts/pack-programs.mjs';
import { bearerContract } from './bearer.contract.ts';
import { processFixture } from './process-fixture.ts';

bearerContract('Node', () =>
  processFixture(() => [process.execPath, packedProgram('bearer/src/entry/node-main.ts')]),
);
