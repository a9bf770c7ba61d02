import { z } from 'zod';
import { absentWhenEmpty, type LogLevel, parseSettings, sharedSettings } from './node-settings.ts';

/** Everything that can be set from outside for a bearer in a process of its own, parsed and checked once. */
export interface BearerConfig {
  readonly port: number;
  readonly host: string;
  /** Where rulesets and keys come from. */
  readonly redisUrl: string;
  readonly logLevel: LogLevel;
}

const settings = z.object({
  PORT: sharedSettings.port(3001),
  HOST: sharedSettings.host,
  REDIS_URL: absentWhenEmpty(sharedSettings.redisUrl),
  LOG_LEVEL: sharedSettings.logLevel,
});

/** The names of all variables that a bearer reads. */
export const bearerSettingNames: readonly string[] = Object.keys(settings.shape);

/**
 * Reads the settings. `isTerminal` quietens the log, since a person reads what is printed beside it.
 *
 * Throws `StartError` that lists every mistake together.
 */
export function readBearerConfig({
  environment,
  isTerminal,
}: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}): BearerConfig {
  const values = parseSettings({ schema: settings, environment, what: 'the bearer' });
  return {
    port: values.PORT,
    host: values.HOST,
    redisUrl: values.REDIS_URL,
    logLevel: values.LOG_LEVEL ?? (isTerminal ? 'warn' : 'info'),
  };
}
