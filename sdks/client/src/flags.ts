import type { Json, Reason } from '@fauna-flags/core';
import { isObject } from '@fauna-flags/core/link';

/** One flag's answer for the current context, as the bearer gives it to client keys. */
export type ClientFlag =
  | {
      readonly value: Json;
      readonly variation: string;
      readonly reason: Exclude<Reason, 'ERROR'>;
      readonly inRollout?: true;
    }
  | { readonly reason: 'ERROR'; readonly errorCode: string };

/** Answers by flag key. A map, since a flag may have any name that an object has by itself. */
export type Flags = ReadonlyMap<string, ClientFlag>;

/** Reads the `flags` member of a frame or an answer; throws when any part of it cannot be one. */
export function readFlags(value: unknown): Flags {
  if (!isObject(value)) throw new TypeError('Cannot read flags: not an object');
  return new Map(Object.entries(value).map(([key, flag]) => [key, readFlag(key, flag)]));
}

/** The keys whose value or variation differs; another reason for the same value is no change. */
export function changedFlags(previous: Flags, next: Flags): string[] {
  return [...new Set([...previous.keys(), ...next.keys()])].filter(
    (key) => servedText(previous.get(key)) !== servedText(next.get(key)),
  );
}

function readFlag(key: string, flag: unknown): ClientFlag {
  const isRead =
    isObject(flag) &&
    (flag.reason === 'ERROR'
      ? typeof flag.errorCode === 'string'
      : typeof flag.reason === 'string' &&
        typeof flag.variation === 'string' &&
        Object.hasOwn(flag, 'value'));
  if (!isRead) throw new TypeError(`Cannot read flag "${key}": neither an answer nor an error`);
  return flag as ClientFlag;
}

function servedText(flag: ClientFlag | undefined): string | undefined {
  if (flag === undefined) return undefined;
  return JSON.stringify('value' in flag ? [flag.value, flag.variation] : flag.errorCode);
}
