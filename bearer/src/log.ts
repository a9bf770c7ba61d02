/** What a log line may carry: ids and numbers, never a context, a key, a handle or a payload. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Where the bearer's words go. Never throws. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** The message of anything that was thrown, for a log line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something that is no error was thrown';
}
