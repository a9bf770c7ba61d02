import { isOurs, type PrimaryMessage, type WorkerMessage } from './node-worker-messages.ts';
import type { ProcessHost } from './process-host.ts';

/** The primary answers within three seconds, or is gone. */
const metricsMsMax = 5_000;

/** Names of bearers have up to 64 characters, and numbers of workers up to two. */
const idLengthMax = 61;

/** A process that is one of several workers: it tells the primary what it would print, and ends when that one says so. */
export function nodeWorkerHost(number: string): ProcessHost {
  const tell = (message: WorkerMessage, then?: () => void) => process.send?.(message, () => then?.());
  return {
    announce: (line) => tell({ fauna: 'listening', line }),
    fail: (sentence) => tell({ fauna: 'failed', sentence }, () => process.exit(1)),
    endWith,
    nameOf: (id) => `${id.slice(0, idLengthMax)}-${number}`,
    gatherMetrics(own) {
      const waiting = new Map<number, (text: string) => void>();
      let last = 0;
      process.on('message', async (message) => {
        if (!isOurs<PrimaryMessage>(message)) return;
        const { id } = message;
        if (message.fauna === 'tell metrics') tell({ fauna: 'metrics', id, values: await own() });
        else waiting.get(id)?.(message.text);
      });
      return () => {
        last += 1;
        const id = last;
        return new Promise((resolve, reject) => {
          const late = setTimeout(
            () => settle(() => reject(new Error('Cannot gather metrics: no answer'))),
            metricsMsMax,
          );
          const settle = (then: () => void) => {
            clearTimeout(late);
            waiting.delete(id);
            then();
          };
          waiting.set(id, (text) => settle(() => resolve(text)));
          tell({ fauna: 'metrics wanted', id });
        });
      };
    },
  };
}

/**
 * A terminal sends Ctrl-C to the workers as well, and a supervisor may send its signal to every process: only the primary's
 * word, SIGTERM, counts, and it counts once. When the primary is gone without a word, Node ends its workers.
 */
function endWith(end: () => Promise<void>): void {
  let ending = false;
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  process.on('SIGTERM', () => {
    if (ending) return;
    ending = true;
    end().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
