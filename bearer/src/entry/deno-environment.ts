import process from 'node:process';
import { denoRuntime } from './deno-runtime.ts';
import { bearerSettingNames } from './node-config.ts';

/*
 * Must be imported before anything that brings packages along. A package that looks through the whole environment (one of
 * the Redis driver's does, for its debug output) would need the right to read all of it. From here on the environment that
 * anybody sees is our settings, so that the right to read these is enough.
 */
const deno = denoRuntime();
const granted = bearerSettingNames.flatMap((name) => {
  const value = deno.env.get(name);
  return value === undefined ? [] : [[name, value] as const];
});
Object.defineProperty(process, 'env', { value: Object.fromEntries(granted) });
