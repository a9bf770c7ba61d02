import type { ProductName } from './engine.ts';
import type { EngineName } from './engines.ts';
import type { ReferenceSetName } from './reference-set.ts';
import { costOf, type Sample } from './samples.ts';

/** One goal and how far a run came. */
export interface JudgedGoal {
  readonly set: ReferenceSetName;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
  /** The same against the bar that lies higher: what we want, not what we promise. */
  readonly stretch?: { readonly goal: string; readonly met: boolean };
}

/** Nanoseconds for one flag that ours may cost. */
const nsMax: Readonly<Record<ProductName, number>> = { serialised: 120, objects: 250 };

/** How many times as much as ours a peer must cost, for the same product on the same flags. */
const ratioMin: Readonly<Record<Exclude<EngineName, 'fauna'>, { goal: number; stretch: number }>> = {
  flagd: { goal: 3, stretch: 5 },
  unleash: { goal: 10, stretch: 15 },
  growthbook: { goal: 10, stretch: 15 },
  'growthbook-proxy': { goal: 10, stretch: 15 },
  launchdarkly: { goal: 10, stretch: 15 },
};

/** Judges a run on one set: absolute costs by the median CPU time, peers by the median ratio of the rounds. */
export function judge(samples: readonly Sample[], set: ReferenceSetName): readonly JudgedGoal[] {
  const products: readonly ProductName[] = ['serialised', 'objects'];
  return products.flatMap((product) => [
    judgeCost(samples, set, product),
    ...peersOf(samples).map((engine) => judgeRatio(samples, { engine, set, product })),
  ]);
}

function judgeCost(samples: readonly Sample[], set: ReferenceSetName, product: ProductName): JudgedGoal {
  const { cpuNsMedian } = costOf(samples, { engine: 'fauna', set, product });
  return {
    set,
    goal: `${product}: at most ${nsMax[product]} ns for a flag`,
    measured: `${cpuNsMedian.toFixed(0)} ns`,
    met: cpuNsMedian <= nsMax[product],
  };
}

function judgeRatio(
  samples: readonly Sample[],
  line: { engine: Exclude<EngineName, 'fauna'>; set: ReferenceSetName; product: ProductName },
): JudgedGoal {
  const { ratio } = costOf(samples, line);
  const { goal, stretch } = ratioMin[line.engine];
  return {
    set: line.set,
    goal: `${line.product}: at least ${goal}× faster than ${line.engine}`,
    measured: `${ratio.toFixed(1)}×`,
    met: ratio >= goal,
    stretch: { goal: `${stretch}×`, met: ratio >= stretch },
  };
}

function peersOf(samples: readonly Sample[]): Exclude<EngineName, 'fauna'>[] {
  const present = new Set(samples.map(({ engine }) => engine));
  present.delete('fauna');
  return [...present].filter((engine) => engine !== 'fauna');
}
