import { type ChildProcess, fork } from 'node:child_process';
import { endWithUs } from '../../bearer/test/support/end-with-us.ts';
import { projectRoot } from '../../manager/test/support/fauna-process.ts';
import { packedProgram } from '../../scripts/pack-programs.mjs';

/**
 * A program of ours in a process of its own that makes load, so that it does not share an event loop with whoever
 * measures. It answers every question, one after the other (`answerQuestions` is its side).
 */
export class LoadProcess<Question, Answer> {
  readonly #child: ChildProcess;
  readonly #waiting: {
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  #errors = '';

  constructor(file: string) {
    this.#child = fork(packedProgram(file), [], {
      cwd: projectRoot,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    endWithUs(this.#child);
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.#child.on('message', (message: Reply<Answer>) => {
      const waiting = this.#waiting.shift();
      if ('error' in message) waiting?.reject(new Error(message.error));
      else waiting?.resolve(message.answer);
    });
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`A load process has ended:\n${this.#errors}`));
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The load process does not run');
    return this.#child.pid;
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.send(question as object, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}

type Reply<Answer> = { readonly answer: Answer } | { readonly error: string };

/** The side of the load process. It ends with whoever asked. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('disconnect', () => process.exit(0));
  let turn: Promise<void> = Promise.resolve();
  process.on('message', (question: Question) => {
    turn = turn.then(async () => {
      const reply: Reply<Answer> = await answer(question).then(
        (given) => ({ answer: given }),
        (error: unknown) => ({ error: String(error) }),
      );
      process.send?.(reply);
    });
  });
}
