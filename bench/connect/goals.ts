import type { ReferenceSetName } from '../evaluate/reference-set.ts';
import { median } from '../statistics.ts';
import type { Sample } from './sample.ts';
import type { SubjectName } from './subject.ts';

/** A bound on the CPU time of one request of ours against that of another subject in the same round. */
export interface Goal {
  readonly set: ReferenceSetName;
  readonly against: SubjectName;
  /** `most`: ours over theirs may be no more; `least`: theirs over ours must be no less. */
  readonly bound: { readonly most: number } | { readonly least: number };
}

/** A goal and whether it was met. */
export interface JudgedGoal {
  readonly words: string;
  readonly measured: string;
  readonly met: boolean;
}

const goals: readonly Goal[] = [
  { set: 'rules-100', against: 'hello', bound: { most: 2 } },
  { set: 'rules-100', against: 'hello-serve', bound: { most: 2 } },
  { set: 'rules-100', against: 'unleash-proxy', bound: { least: 5 } },
  { set: 'rules-100', against: 'unleash-server', bound: { least: 7 } },
  { set: 'rules-350', against: 'unleash-proxy', bound: { least: 8 } },
];

/** Judges every goal whose subject was measured, by the median of the ratios within each round. */
export function judge(samples: readonly Sample[]): readonly JudgedGoal[] {
  return goals.flatMap(({ set, against, bound }) => {
    const ratios = ratiosOf(samples, set, against);
    if (ratios.length === 0) return [];
    const theirs = median(ratios);
    return [
      'most' in bound
        ? {
            words: `${set}: at most ${bound.most}× ${against}`,
            measured: `${(1 / theirs).toFixed(2)}×`,
            met: 1 / theirs <= bound.most,
          }
        : {
            words: `${set}: at least ${bound.least}× less than ${against}`,
            measured: `${theirs.toFixed(1)}×`,
            met: theirs >= bound.least,
          },
    ];
  });
}

/** Their CPU time over ours, round by round. */
export function ratiosOf(
  samples: readonly Sample[],
  set: ReferenceSetName,
  against: SubjectName,
): readonly number[] {
  const of = (subject: SubjectName) => samples.filter((s) => s.set === set && s.subject === subject);
  const ours = of('fauna');
  return of(against).flatMap(({ round, cpuUs }) => {
    const own = ours.find((sample) => sample.round === round);
    return own === undefined ? [] : [cpuUs / own.cpuUs];
  });
}
