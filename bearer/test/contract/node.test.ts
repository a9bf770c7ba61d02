import { bearerContract } from './bearer.contract.ts';
import { processFixture } from './process-fixture.ts';

bearerContract('Node', () =>
  processFixture(() => [
    process.execPath,
    '--conditions=@fauna-flags/source',
    '--import',
    'tsx',
    'bearer/src/entry/node-main.ts',
  ]),
);
