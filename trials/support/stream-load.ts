import { pause } from '../../manager/test/support/fauna-process.ts';
import { LoadProcess } from './load-process.ts';
import type { CrowdQuestion } from './programs/crowd.ts';
import type { CrowdPlan, CrowdReport } from './stream-crowd.ts';

/** Streams of many clients, spread over several processes so that whoever serves them is the slower side. */
export class StreamLoad {
  readonly #processes: readonly LoadProcess<CrowdQuestion, CrowdReport>[];

  private constructor(processes: readonly LoadProcess<CrowdQuestion, CrowdReport>[]) {
    this.#processes = processes;
  }

  /** Opens `plan.count` streams over `processes` processes, and answers once all have been begun. */
  static async open(plan: CrowdPlan, processes = 2): Promise<StreamLoad> {
    const load = new StreamLoad(
      Array.from({ length: processes }, () => new LoadProcess('trials/support/programs/crowd.ts')),
    );
    const each = Math.ceil(plan.count / processes);
    await load.#ask((at) => ({
      ask: 'begin',
      plan: {
        ...plan,
        first: plan.first + at * each,
        count: Math.min(each, plan.count - at * each),
        perSecond: plan.perSecond / processes,
      },
    }));
    return load;
  }

  report(): Promise<CrowdReport> {
    return this.#ask(() => ({ ask: 'report' }));
  }

  /** Frames whose data hold this text are noted with their time from now on. */
  async mark(text: string): Promise<void> {
    await this.#ask(() => ({ ask: 'mark', text }));
  }

  /** Where clients find bearers from now on. */
  async aim(ports: readonly number[]): Promise<void> {
    await this.#ask(() => ({ ask: 'aim', ports }));
  }

  async forget(): Promise<void> {
    await this.#ask(() => ({ ask: 'forget' }));
  }

  /** Waits until the crowd stands as wanted; answers how it stands at the end either way, and how long that took. */
  async until(
    holds: (report: CrowdReport) => boolean,
    patienceMs: number,
  ): Promise<{ readonly report: CrowdReport; readonly tookMs: number; readonly held: boolean }> {
    const startMs = performance.now();
    for (;;) {
      const report = await this.report();
      const tookMs = performance.now() - startMs;
      if (holds(report)) return { report, tookMs, held: true };
      if (tookMs > patienceMs) return { report, tookMs, held: false };
      await pause(100);
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.end()));
  }

  async #ask(question: (at: number) => CrowdQuestion): Promise<CrowdReport> {
    const reports = await Promise.all(this.#processes.map((process, at) => process.ask(question(at))));
    return reports.reduce((sum, report) => ({
      open: sum.open + report.open,
      connects: sum.connects + report.connects,
      connectsPerSecondMax: sum.connectsPerSecondMax + report.connectsPerSecondMax,
      refusals: added(sum.refusals, report.refusals),
      frames: added(sum.frames, report.frames),
      ends: sum.ends + report.ends,
      markedAtMs: [...sum.markedAtMs, ...report.markedAtMs],
      positions: added(sum.positions, report.positions),
    }));
  }
}

function added(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
