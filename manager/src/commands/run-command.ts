import { Problem } from '@fauna-flags/protocol';
import type { Actor } from '../platform/http/index.ts';
import { reasonOf } from '../platform/reason-of.ts';
import { StartError } from '../platform/start-error.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';

/** Whoever may run a program on the installation's own settings, as the audit trail tells of them. */
export const commandLineActor: Actor = { name: 'command-line', address: '' };

/** A command of operators: its arguments, and what it does with the database. */
export interface Command<Arguments> {
  /** Throws an error whose message says what would be right. */
  readonly readArguments: (args: readonly string[]) => Arguments;
  /** Answers the lines that are printed. Sets `process.exitCode` where what was found is not well. */
  readonly work: (opened: OpenDatabase, args: Arguments) => Promise<readonly string[]>;
  /** What it ends with when it does not come through; 1 when absent. */
  readonly failure?: number;
}

/**
 * Runs a command to its end on the database that the settings name, and ends the process: 0 when it is through, 1
 * (or its `failure`) with a sentence on standard error when it is not.
 */
export async function runCommand<Arguments>({
  readArguments,
  work,
  failure = 1,
}: Command<Arguments>): Promise<void> {
  try {
    const args = readArguments(process.argv.slice(2));
    const opened = await openDatabase({ environment: process.env, directory: process.cwd() });
    try {
      for (const line of await work(opened, args)) console.log(line);
    } finally {
      await opened.close();
    }
  } catch (error) {
    const isExpected =
      error instanceof StartError || error instanceof Problem || /^ERR_PARSE_ARGS/.test(codeOf(error));
    console.error(isExpected ? (error as Error).message : `Cannot go on: ${reasonOf(error)}`);
    process.exit(failure);
  }
  process.exit();
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
