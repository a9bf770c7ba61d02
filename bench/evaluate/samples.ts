import { median } from '../statistics.ts';
import type { ProductName } from './engine.ts';
import type { EngineResult } from './engine-process.ts';
import type { EngineName } from './engines.ts';
import type { ReferenceSetName } from './reference-set.ts';

/** One process's result and the round it belongs to. */
export interface Sample extends EngineResult {
  readonly round: number;
  readonly engine: EngineName;
  readonly set: ReferenceSetName;
}

/** Which line of the report is meant. */
export interface Line {
  readonly engine: EngineName;
  readonly set: ReferenceSetName;
  readonly product: ProductName;
}

/** The cost of one engine on one set for one product, over all rounds: nanoseconds for one flag. */
export interface Cost {
  readonly cpuNsMedian: number;
  readonly cpuNsMin: number;
  readonly bestNs: number;
  /** CPU time over that of ours in the same round: the median of the rounds. */
  readonly ratio: number;
}

/** Sums the rounds up. Costs of one round are compared with each other first, since the machine changes between rounds. */
export function costOf(samples: readonly Sample[], line: Line): Cost {
  const rounds = samples.filter(({ engine, set }) => engine === line.engine && set === line.set);
  const cpuNs = rounds.map(({ products }) => products[line.product].cpuNs);
  return {
    cpuNsMedian: median(cpuNs),
    cpuNsMin: Math.min(...cpuNs),
    bestNs: Math.min(...rounds.map(({ products }) => products[line.product].bestNs)),
    ratio: median(
      rounds.map(({ round, products }) => products[line.product].cpuNs / oursIn(samples, round, line)),
    ),
  };
}

function oursIn(samples: readonly Sample[], round: number, { set, product }: Line): number {
  const ours = samples.find(
    (sample) => sample.round === round && sample.set === set && sample.engine === 'fauna',
  );
  if (ours === undefined) throw new Error(`Cannot compare round ${round}: ours is missing`);
  return ours.products[product].cpuNs;
}
