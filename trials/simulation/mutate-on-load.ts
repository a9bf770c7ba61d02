import { readFileSync } from 'node:fs';
import type { InitializeHook, LoadHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Mutation } from './mutations.ts';

/*
 * Runs in the loader's thread of a process that tries a mutation: the one source file that it names is loaded with the
 * edit in it. So production code needs no switches, and what is tried is the code itself.
 */

let mutation: Mutation | undefined;

/** Told by whoever registers this. */
export const initialize: InitializeHook<Mutation> = (given) => {
  mutation = given;
};

/** Loads a module; the mutated one as it would be without its mechanism. */
export const load: LoadHook = (url, context, nextLoad) => {
  if (mutation === undefined || !new URL(url).pathname.endsWith(`/${mutation.file}`))
    return nextLoad(url, context);
  const source = mutated(readFileSync(fileURLToPath(new URL(url)), 'utf8'), mutation);
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  return { format: 'module', source: outputText, shortCircuit: true };
};

/** The text must be there exactly once: a mutation that misses would prove nothing. */
function mutated(source: string, { name, file, find, replace }: Mutation): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(
      `Cannot mutate "${name}": its text is ${parts.length - 1} times in ${file}, expected once`,
    );
  return parts.join(replace);
}
