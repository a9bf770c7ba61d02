import { execFile } from 'node:child_process';
import { packedProgram } from '../../../scripts/pack-programs.mjs';
import { projectRoot } from './fauna-process.ts';

/** How a command ended. */
export interface EndedCommand {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command of operators as they do, with these settings alone. */
export function operatorCommand(
  name: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<EndedCommand> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [packedProgram(`manager/src/commands/${name}.ts`), ...args],
      { cwd: projectRoot, env: { PATH, HOME, ...settings }, timeout: 60_000 },
      (error, output, errors) => resolve({ code: Number(error?.code ?? 0), output, errors }),
    ),
  );
}
