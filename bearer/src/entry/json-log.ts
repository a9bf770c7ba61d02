import type { Log, LogFields } from '../log.ts';
import type { LogLevel } from './node-settings.ts';

/** The numbers that log readers know levels by; the same as on Node. */
const numbers: Readonly<Record<LogLevel, number>> = {
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: 70,
};

/** A log of one line of JSON for each message, the same on every runtime; `write` takes the line without its end. */
export function jsonLog({
  level,
  now,
  write,
}: {
  /** What is beneath it is not written. */
  readonly level: LogLevel;
  readonly now: () => number;
  readonly write: (line: string) => void;
}): Log {
  const at =
    (name: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (numbers[name] < numbers[level]) return;
      write(JSON.stringify({ level: numbers[name], time: now(), ...fields, msg: message }));
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
