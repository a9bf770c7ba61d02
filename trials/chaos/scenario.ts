/** One criterion of a scenario, as it was met or not. */
export interface Finding {
  /** What was asked for. */
  readonly criterion: string;
  /** What was measured. */
  readonly measured: string;
  readonly passed: boolean;
}

/** How a run is meant. */
export interface ChaosRun {
  /** Everything as long and as much as the scenario says; otherwise long ones are shortened, and say so. */
  readonly isFull: boolean;
  readonly seed: number;
}

/** One line of the list of chaos scenarios. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What is shorter or smaller than asked for, unless the run is a full one. */
  readonly shortened?: string;
  run(run: ChaosRun): Promise<readonly Finding[]>;
}

/** A figure that must not be above its bound. */
export function atMost(what: string, value: number, bound: number, unit = ''): Finding {
  return {
    criterion: `${what} ≤ ${rounded(bound)}${unit}`,
    measured: `${rounded(value)}${unit}`,
    passed: value <= bound,
  };
}

/** A figure that must be exactly this. */
export function exactly(
  what: string,
  value: number,
  wanted: number,
  details: readonly string[] = [],
): Finding {
  const told = details.length === 0 ? '' : ` (${details.slice(0, 3).join('; ')})`;
  return { criterion: `${what} = ${wanted}`, measured: `${value}${told}`, passed: value === wanted };
}

/** Something that holds or does not. */
export function holds(criterion: string, passed: boolean, measured = passed ? 'yes' : 'no'): Finding {
  return { criterion, measured, passed };
}

const mebi = 1024 * 1024;

/** Bytes as MB, for `atMost`. */
export function megabytes(bytes: number): number {
  return bytes / mebi;
}

function rounded(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Math.round(value * 100) / 100);
}
