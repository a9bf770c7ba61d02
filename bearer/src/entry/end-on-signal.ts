import { reasonOf } from '../log.ts';

/** The first signal ends the process in good order, by way of `end`; a second one at once. */
export function endOnSignal(end: () => Promise<void>): void {
  let ending = false;
  const signalled = () => {
    if (ending) process.exit(130);
    ending = true;
    end().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Cannot end in good order: ${reasonOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', signalled);
  process.on('SIGTERM', signalled);
  process.on('SIGHUP', signalled);
  // The script that started us is gone without a word: nobody can stop us any more, so we stop ourselves.
  process.on('disconnect', signalled);
}
