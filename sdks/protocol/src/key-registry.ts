import * as z from 'zod';

/** What an SDK key may do: `client` obtains values of client-visible flags only, `server` the ruleset. */
export const sdkKeyKindSchema = z.enum(['client', 'server']);
export type SdkKeyKind = z.infer<typeof sdkKeyKindSchema>;

/** One SDK key as bearers know it; found by the SHA-256 (hex) of the key's text. */
export const registeredKeySchema = z.object({
  id: z.string(),
  /** The UUID of the key's environment. */
  environment: z.string(),
  kind: sdkKeyKindSchema,
  /** Exact origins that a browser may come from, or `*`. */
  origins: z.array(z.string()),
  /** Epoch milliseconds; from then on the key is refused and its streams are closed. */
  expiresAt: z.number().int().optional(),
  state: z.enum(['active', 'revoked']),
});
export type RegisteredKey = z.infer<typeof registeredKeySchema>;

/** A secret that seals stream handles: 32 random bytes, base64url. Handles are opened by `kid`, sealed with the first. */
export const handleKeySchema = z.object({ kid: z.string(), secret: z.string() });
export type HandleKey = z.infer<typeof handleKeySchema>;

/** What an environment that takes signed contexts only lets people say without a signature. */
export const contextPolicySchema = z.object({ unsignedAttributes: z.array(z.string()) });
export type ContextPolicy = z.infer<typeof contextPolicySchema>;

/** The key registry: one more document of the delivery protocol, under `keyRegistryDocument`. */
export const keyRegistrySchema = z.object({
  schema: z.literal(1),
  keys: z.record(z.string(), registeredKeySchema),
  handleKeys: z.array(handleKeySchema),
  /** Environment UUID → secrets of signed contexts; empty until an environment has one. */
  contextSecrets: z.record(z.string(), z.array(handleKeySchema)),
  /** Environment UUID → its policy, for environments that take signed contexts only. */
  contextPolicies: z.record(z.string(), contextPolicySchema).optional(),
});
export type KeyRegistry = z.infer<typeof keyRegistrySchema>;
