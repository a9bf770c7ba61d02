import {
  type HandleKey,
  type KeyRegistry,
  keyRegistrySchema,
  type RegisteredKey,
  registeredKeySchema,
} from '@fauna-flags/protocol';

/** What one environment demands of the contexts of client keys. */
export interface ContextRules {
  /** What signed contexts are judged by. */
  readonly secrets: readonly HandleKey[];
  /** Set where a signed context is demanded: all that may be said without a signature. */
  readonly unsignedAttributes?: ReadonlySet<string>;
}

/**
 * One key registry, ready to be asked. Immutable. Keys are found by digest in a map, which leaves no timing to measure,
 * and an unknown key costs one look-up and is not remembered, so that strangers cannot fill memory.
 */
export class KeyRing {
  readonly #byDigest = new Map<string, RegisteredKey>();
  readonly #byId = new Map<string, RegisteredKey>();
  /** The secrets of stream handles; the first seals. */
  readonly handleKeys: readonly HandleKey[];

  readonly #contextRules: ReadonlyMap<string, ContextRules>;

  constructor(
    keys: Iterable<readonly [digest: string, key: RegisteredKey]>,
    { handleKeys, contextSecrets, contextPolicies = {} }: Omit<KeyRegistry, 'schema' | 'keys'>,
  ) {
    this.handleKeys = handleKeys;
    this.#contextRules = new Map(
      [...new Set([...Object.keys(contextSecrets), ...Object.keys(contextPolicies)])].map((environmentId) => [
        environmentId,
        rulesOf(contextSecrets[environmentId], contextPolicies[environmentId]),
      ]),
    );
    for (const [digest, key] of keys) {
      this.#byDigest.set(digest, key);
      this.#byId.set(key.id, key);
    }
  }

  /** The key with this SHA-256 (hex), whatever its state. */
  find(digest: string): RegisteredKey | undefined {
    return this.#byDigest.get(digest);
  }

  /** The key with this id, whatever its state. */
  findById(id: string): RegisteredKey | undefined {
    return this.#byId.get(id);
  }

  /** What an environment demands of contexts; `undefined` for one that has no secret and asks for nothing. */
  contextRules(environmentId: string): ContextRules | undefined {
    return this.#contextRules.get(environmentId);
  }

  /** Whether this key may be used only with contexts that an application's server has signed. */
  demandsSignature({ kind, environment }: Pick<RegisteredKey, 'kind' | 'environment'>): boolean {
    return kind === 'client' && this.#contextRules.get(environment)?.unsignedAttributes !== undefined;
  }

  /** The UUIDs of the environments that any key gives access to. */
  environments(): ReadonlySet<string> {
    const environments = new Set<string>();
    for (const key of this.#byId.values()) if (key.state === 'active') environments.add(key.environment);
    return environments;
  }
}

/** Whether a key is good at this moment. Expiry is judged by the clock, so that it holds without any message. */
export function isUsable(key: RegisteredKey | undefined, now: number): key is RegisteredKey {
  return key !== undefined && key.state === 'active' && (key.expiresAt === undefined || now < key.expiresAt);
}

/** Room for more than 50,000 keys. Whatever is larger is no registry, and would be read by every bearer at every change. */
export const keyRegistryBytesMax = 16 * 1024 * 1024;

const rootSchema = keyRegistrySchema.omit({ keys: true });

/**
 * Reads a registry's payload. A root that is no registry throws; a single entry that cannot be read is as good as absent,
 * so that one bad key cannot block the revocation of another.
 */
export function parseKeyRing(payload: Uint8Array): KeyRing {
  const json: unknown = JSON.parse(new TextDecoder().decode(payload));
  const root = rootSchema.parse(json);
  return new KeyRing(entriesOf((json as { keys?: unknown }).keys), root);
}

function rulesOf(
  secrets: readonly HandleKey[] = [],
  policy: { readonly unsignedAttributes: readonly string[] } | undefined,
): ContextRules {
  return policy === undefined
    ? { secrets }
    : { secrets, unsignedAttributes: new Set(policy.unsignedAttributes) };
}

function entriesOf(keys: unknown): (readonly [string, RegisteredKey])[] {
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys))
    throw new TypeError('the registry has no keys');
  return Object.entries(keys).flatMap(([digest, entry]) => {
    const key = registeredKeySchema.safeParse(entry);
    return key.success ? [[digest, key.data] as const] : [];
  });
}
