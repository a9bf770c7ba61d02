import type { Answer, Bootstrap, Details, Json } from '@fauna-flags/client';

/** Values by flag key, known before there is a connection: what the server rendered with. */
export type InitialValues = Readonly<Record<string, Json>>;

/** What is answered where no client has any values yet: on the server, while hydrating, and until the first state is in. */
export interface InitialFlags {
  /** The answer for one flag; the default where nothing was handed in, or a value of another type. */
  details<T>(key: string, fallback: T): Details<Answer<T>>;
}

type Known = { readonly value: Json; readonly variation?: string; readonly reason: string };

/** Joins plain values and a client's bootstrap; plain values win, since they were handed to React itself. */
export function createInitialFlags(values: InitialValues = {}, bootstrap?: Bootstrap): InitialFlags {
  // A map, since a flag may have any name that an object has by itself.
  const flags = new Map<string, Known>();
  for (const [key, flag] of Object.entries(bootstrap?.flags ?? {})) if ('value' in flag) flags.set(key, flag);
  for (const [key, value] of Object.entries(values)) flags.set(key, { value, reason: 'INITIAL' });
  return {
    details(key, fallback) {
      const known = flags.get(key);
      if (known !== undefined && suits(known.value, fallback)) return { ...known, value: known.value };
      const errorCode = known === undefined ? 'PROVIDER_NOT_READY' : 'TYPE_MISMATCH';
      return { value: fallback as Answer<typeof fallback>, reason: 'ERROR', errorCode };
    },
  };
}

/** As the client judges: any value suits a default of `null`, otherwise the types must be the same. */
function suits<T>(value: Json, fallback: T): value is Answer<T> & Json {
  return fallback === null || fallback === undefined || typeName(value) === typeName(fallback);
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
