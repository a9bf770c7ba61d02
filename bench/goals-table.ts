import { table } from './markdown-table.ts';

/** What a benchmark promised, and what it found. */
export interface Goal {
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

/** Goals as a table of Markdown. One that is missed fails nothing: the page says so. */
export function goalsTable(goals: readonly Goal[]): string {
  const rows = goals.map(({ goal, measured, met }) => [goal, measured, met ? 'met' : '**not met**']);
  return table(['goal', 'measured', ''], rows);
}
