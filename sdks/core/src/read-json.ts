/*
 * Readers of single members. They take the path only to say where something is wrong.
 */
import { isJsonObject, type JsonObject, ownMember } from './json.ts';
import { MalformedError } from './malformed.ts';

/** The value as an object. */
export function readObject(value: unknown, path: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new MalformedError(path, 'an object');
}

/** The value as a list. */
export function readList(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new MalformedError(path, 'a list');
}

/** The value as a string. */
export function readString(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new MalformedError(path, 'a string');
}

/** An optional string member. */
export function readOptionalString(object: JsonObject, name: string, path: string): string | undefined {
  return Object.hasOwn(object, name) && object[name] !== undefined
    ? readString(object[name], `${path}.${name}`)
    : undefined;
}

/** The value as a boolean. */
export function readBoolean(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new MalformedError(path, 'a boolean');
}

/** An optional boolean member; false when absent. */
export function readOptionalBoolean(object: JsonObject, name: string, path: string): boolean {
  const value = ownMember(object, name);
  return value === undefined ? false : readBoolean(value, `${path}.${name}`);
}
