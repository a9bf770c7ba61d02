import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mutations } from './mutations.ts';

/*
 * A test of the tests: a mechanism that can be taken out of the sources without any seed noticing is either not needed
 * or not tested.
 */

const program = fileURLToPath(new URL('index.ts', import.meta.url));

const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** Runs `npm run simulate` with these arguments, in a process of its own, since it loads other sources than we have. */
function run(args: readonly string[]): Promise<{ readonly code: unknown; readonly text: string }> {
  return new Promise((resolve) => {
    const source = ['--conditions=@fauna-flags/source', '--import', 'tsx', program];
    execFile(process.execPath, [...source, ...args, '--brief'], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, text: stdout + stderr }),
    );
  });
}

describe('the simulation', () => {
  it('finds the text of every mutation in its source, exactly once', () => {
    const times = mutations.map(({ name, file, find }) => [name, textOf(file).split(find).length - 1]);
    expect(times).toEqual(mutations.map(({ name }) => [name, 1]));
  });

  it.each(mutations)('notices when $name is missing', async ({ name, caughtBy }) => {
    const { scenario, seeds, invariant } = caughtBy;
    const { code, text } = await run(['--mutation', name, '--scenario', scenario, '--seeds', String(seeds)]);
    expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining(`\n  ${invariant}`) });
  });

  it('does not know a mutation that is not in the table, and says so', async () => {
    const { code, text } = await run(['--mutation', 'never-heard-of']);
    expect({ code, text }).toEqual({
      code: 2,
      text: expect.stringContaining('Cannot mutate "never-heard-of"'),
    });
  });
});
