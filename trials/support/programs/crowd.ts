/** A crowd of stream clients in a process of its own; `StreamLoad` is who asks it. */
import { answerQuestions } from '../load-process.ts';
import { type CrowdPlan, type CrowdReport, StreamCrowd } from '../stream-crowd.ts';

/** What a crowd can be asked. Every answer is how it stands then. */
export type CrowdQuestion =
  | { readonly ask: 'begin'; readonly plan: CrowdPlan }
  | { readonly ask: 'report' }
  | { readonly ask: 'mark'; readonly text: string }
  | { readonly ask: 'aim'; readonly ports: readonly number[] }
  | { readonly ask: 'forget' }
  | { readonly ask: 'close' };

let crowd: StreamCrowd | undefined;

answerQuestions(async (question: CrowdQuestion): Promise<CrowdReport> => {
  if (question.ask === 'begin') {
    crowd?.close();
    crowd = new StreamCrowd(question.plan);
    await crowd.begin();
  }
  if (crowd === undefined) throw new Error('Cannot ask a crowd that has not begun');
  if (question.ask === 'mark') crowd.mark(question.text);
  if (question.ask === 'aim') crowd.aim(question.ports);
  if (question.ask === 'forget') crowd.forget();
  if (question.ask === 'close') crowd.close();
  return crowd.report;
});
