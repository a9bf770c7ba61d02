import type { Json } from '../model.ts';

/** The type of an answer for a default of type T: literals widen, and `null` accepts any JSON. */
export type Answer<T> = T extends null | undefined
  ? Json
  : T extends boolean
    ? boolean
    : T extends number
      ? number
      : T extends string
        ? string
        : T;

/** True when a served value has the type of the caller's default. Arrays, objects and null are types of their own. */
export function suits<T>(value: unknown, fallback: T): value is Answer<T> {
  return fallback === null || fallback === undefined || typeName(value) === typeName(fallback);
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
