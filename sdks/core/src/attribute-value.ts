import { type JsonObject, ownMember } from './json.ts';

/** The attribute that names the user: always a string, never declared. */
export const keyAttribute = 'key';

/** OpenFeature's name of the key; it cannot be declared as an attribute either. */
export const targetingKeyAttribute = 'targetingKey';

/**
 * What a context says of an attribute; undefined when it says nothing: `null` is absent, and so is what JSON cannot hold.
 * A Date is its JSON text, as it would be had the context come over the wire. Never throws: an application's own getter
 * or proxy may, and the attribute is then as good as absent.
 */
export function attributeValue(context: JsonObject, attribute: string): unknown {
  try {
    return attribute === keyAttribute ? contextKey(context) : jsonValue(context, attribute);
  } catch {
    return undefined;
  }
}

function jsonValue(context: JsonObject, attribute: string): unknown {
  const value = ownMember(context, attribute);
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'object':
      return value instanceof Date ? (value.toJSON() ?? undefined) : (value ?? undefined);
    default:
      return undefined;
  }
}

/** The key of a context: `targetingKey` wins over `key`, and what is not a string counts as absent. */
export function contextKey(context: JsonObject): string | undefined {
  const targetingKey = ownMember(context, targetingKeyAttribute);
  if (typeof targetingKey === 'string') return targetingKey;
  const key = ownMember(context, keyAttribute);
  return typeof key === 'string' ? key : undefined;
}
