import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installPeers } from '../install-peers.ts';
import { describeMachine, machineLoad, pinning } from '../machine.ts';
import { type EngineName, engineNames, isEngineName } from './engines.ts';
import { isReferenceSetName, type ReferenceSetName, referenceSetNames } from './reference-set.ts';
import { report } from './report.ts';
import { runEngine } from './run-engine.ts';
import type { Sample } from './samples.ts';

const roundsDefault = 5;
/** A round is not begun that could end after this: the whole stays below three minutes on a slow machine too. */
const budgetMs = 165_000;
const reportFile = fileURLToPath(new URL('../reports/evaluate.md', import.meta.url));

/**
 * The evaluation benchmark: every engine on every set, in rounds. Prints the report; the whole run, and only it, is also
 * written to bench/reports/evaluate.md. `--engine` and `--set` (repeatable) narrow it, `--rounds` changes its length.
 */
export async function evaluate(args: readonly string[]): Promise<void> {
  const { names, sets, rounds } = options(args);
  const pin = pinning();
  const peersFolder = names.every((name) => name === 'fauna') ? '' : installPeers();
  const loads = [machineLoad()];
  const samples: Sample[] = [];
  const startedMs = performance.now();
  let done = 0;
  while (done < rounds && hasTime({ startedMs, done })) {
    for (const set of sets) {
      for (const engine of names) {
        samples.push({ round: done, engine, set, ...(await runEngine({ engine, set, peersFolder, pin })) });
      }
    }
    done += 1;
    console.log(`Round ${done} of ${rounds} done, load ${machineLoad()}`);
  }
  loads.push(machineLoad());
  const command = ['npm run bench -- evaluate', ...args].join(' ');
  const page = report({
    command,
    machine: describeMachine(),
    loads,
    rounds: done,
    pinned: pin.length > 0,
    samples,
  });
  console.log(`\n${page}`);
  if (args.length > 0) return;
  mkdirSync(dirname(reportFile), { recursive: true });
  writeFileSync(reportFile, page);
  console.log(`Written to ${reportFile}`);
}

/** Judged by what a round has taken so far. */
function hasTime({ startedMs, done }: { readonly startedMs: number; readonly done: number }): boolean {
  const elapsedMs = performance.now() - startedMs;
  return done === 0 || elapsedMs + elapsedMs / done < budgetMs;
}

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', multiple: true },
      set: { type: 'string', multiple: true },
      rounds: { type: 'string', default: String(roundsDefault) },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`Cannot run "${values.rounds}" rounds: say a whole number from 1`);
  }
  const asked = values.engine ?? engineNames;
  for (const name of asked) {
    if (!isEngineName(name)) {
      throw new Error(`Cannot measure engine "${name}": there are ${engineNames.join(', ')}`);
    }
  }
  const sets = values.set ?? referenceSetNames;
  for (const name of sets) {
    if (!isReferenceSetName(name)) {
      throw new Error(`Cannot measure on set "${name}": there are ${referenceSetNames.join(', ')}`);
    }
  }
  return {
    // Ours is always there: everything is compared with it.
    names: [...new Set<EngineName>(['fauna', ...asked.filter(isEngineName)])],
    sets: sets.filter(isReferenceSetName) satisfies ReferenceSetName[],
    rounds,
  };
}
