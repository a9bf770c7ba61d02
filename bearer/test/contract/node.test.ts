import { packedProgram } from '../support/packed-program.ts';
import { bearerContract } from './bearer.contract.ts';
import { processFixture } from './process-fixture.ts';

bearerContract('Node', () =>
  processFixture(() => [process.execPath, packedProgram('bearer/src/entry/node-main.ts')]),
);
