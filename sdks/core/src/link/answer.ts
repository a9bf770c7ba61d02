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

/** An answer and why it is what it is. */
export interface Details<T> {
  readonly value: T;
  readonly variation?: string;
  readonly reason: string;
  /** The rule that decided; known where the ruleset is. */
  readonly ruleId?: string;
  readonly inRollout?: true;
  readonly errorCode?: string;
  readonly position?: string;
}

/** A flag as evaluated, here or by a bearer. */
export type Evaluated =
  | { readonly value: Json; readonly variation: string; readonly reason: string }
  | { readonly reason: 'ERROR'; readonly errorCode: string };

/** Makes the answer for one default: of a flag that erred or has another type the caller gets the default. */
export function answer<T>(flag: Evaluated, fallback: T, position: string | undefined): Details<Answer<T>> {
  const where = position === undefined ? undefined : { position };
  if ('value' in flag && suits(flag.value, fallback)) return { ...flag, value: flag.value, ...where };
  const errorCode = 'value' in flag ? 'TYPE_MISMATCH' : flag.errorCode;
  return { value: fallback as Answer<T>, reason: 'ERROR', errorCode, ...where };
}

function suits<T>(value: Json, fallback: T): value is Answer<T> & Json {
  return fallback === null || fallback === undefined || typeName(value) === typeName(fallback);
}

/** Arrays, objects and null are types of their own. */
function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
