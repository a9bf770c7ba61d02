import type { MetricValues } from './process-host.ts';

/** What a worker tells the process that started it. */
export type WorkerMessage =
  | { readonly fauna: 'listening'; readonly line: string }
  | { readonly fauna: 'failed'; readonly sentence: string }
  /** It was scraped, and needs what all workers have. */
  | { readonly fauna: 'metrics wanted'; readonly id: number }
  | { readonly fauna: 'metrics'; readonly id: number; readonly values: MetricValues };

/** What it is told. */
export type PrimaryMessage =
  | { readonly fauna: 'tell metrics'; readonly id: number }
  | { readonly fauna: 'all metrics'; readonly id: number; readonly text: string };

/** Whether a message is one of ours: other modules use the same channel. */
export function isOurs<Message extends WorkerMessage | PrimaryMessage>(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && 'fauna' in message;
}
