/** Something that Redis is given: texts are sent as UTF-8, bytes as they are. */
export type StoreValue = string | number | Uint8Array;

/** The few things that a publish store asks a Redis for, however it is reached. Each rejects soon when that is away. */
export interface StoreCommands {
  /** Runs a script as one step, and answers what it returns. */
  evaluate(step: {
    readonly script: string;
    readonly keys: readonly string[];
    readonly args: readonly StoreValue[];
  }): Promise<unknown>;
  /** The fields of a hash; none where nothing lies there, or something of another kind. */
  fields(key: string): Promise<ReadonlyMap<string, string>>;
  /** The same fields of many hashes, in order. `undefined`: Redis refuses those of this one. */
  fieldsOfEach(
    keys: readonly string[],
    names: readonly string[],
  ): Promise<readonly (readonly (string | null)[] | undefined)[]>;
  /** Takes away a key, and a field of a hash where it is one. Not one step: whoever asks tries again until both are gone. */
  remove(what: { readonly key: string; readonly hash: string; readonly field: string }): Promise<void>;
  /** What lies under keys of a pattern, with the milliseconds that it has left; nothing that is no text, or stays for ever. */
  textsLike(pattern: string): Promise<readonly { readonly text: string; readonly leftMs: number }[]>;
  /** Every call rejects from then on. */
  close(): Promise<void>;
}

/** How many keys one step of a scan looks at. */
export const scanCount = 1_000;

/** Steps of one scan: so many keys of others may lie beside ours before some of ours are overlooked. */
export const scanStepsMax = 200;

/** More bearers than any fleet has. */
export const textsMax = 1_000;
