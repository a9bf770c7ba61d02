import type { Logger } from 'pino';
import type { Log } from '../log.ts';

/** The bearer's words in a process's own log. */
export function pinoLog(log: Logger): Log {
  return {
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
  };
}
