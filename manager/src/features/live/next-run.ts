/** One task of which never two runs go on at once; whoever asks joins the run that has not begun yet, and sees its outcome. */
export class NextRun {
  readonly #task: () => Promise<void>;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(task: () => Promise<void>) {
    this.#task = task;
  }

  /** Resolves after a run that began after this call. */
  run(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const run = this.#task();
      this.#running = run.catch(() => {});
      return run;
    });
    return this.#next;
  }
}
