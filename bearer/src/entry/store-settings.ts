import { z } from 'zod';
import { parseRedisUrl } from '../redis/redis-address.ts';
import { absentWhenEmpty } from './node-settings.ts';

/** The store between managers and bearers, as settings name it. */
export type StoreAddress =
  /** An address as `parseRedisUrl` reads it. */
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'upstash'; readonly url: string; readonly token: string };

/** The settings that name a store; `storeIn` reads them, once `withOneStore` has let them through. */
export const storeSettings = {
  REDIS_URL: absentWhenEmpty(
    z
      .string()
      .refine(
        (text) => parseRedisUrl(text) !== undefined,
        'must be an address like redis://:password@host:6379, redis+sentinel://:password@host1,host2/primary or redis+cluster://:password@host1,host2, or rediss… with TLS; encode #, /, ?, @ and % in the password',
      )
      .optional(),
  ),
  UPSTASH_REDIS_REST_URL: absentWhenEmpty(
    z
      .string()
      .refine(isOrigin, 'must be an address like https://eu1-first-cat-12345.upstash.io, without a path')
      .optional(),
  ),
  UPSTASH_REDIS_REST_TOKEN: absentWhenEmpty(
    z
      .string()
      .regex(/^[\x21-\x7e]{1,1024}$/, 'must be visible ASCII characters')
      .optional(),
  ),
} as const;

/** What of the settings above has been read; also while others of them are wrong. */
export interface StoreValues {
  readonly REDIS_URL?: string | undefined;
  readonly UPSTASH_REDIS_REST_URL?: string | undefined;
  readonly UPSTASH_REDIS_REST_TOKEN?: string | undefined;
}

/** Demands that settings name one store at most, and that one wholly; said also while other settings are wrong. */
export function withOneStore<Schema extends z.ZodType<StoreValues>>(schema: Schema): Schema {
  const when = () => true;
  type Demand = [
    (values: StoreValues) => boolean,
    { path: PropertyKey[]; message: string; when: () => boolean },
  ];
  const demand = (
    path: keyof StoreValues,
    message: string,
    holds: (values: StoreValues) => boolean,
  ): Demand => [holds, { path: [path], message, when }];
  return schema
    .refine(
      ...demand(
        'REDIS_URL',
        'must not be set beside UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN: there is one store',
        (values) => !values.REDIS_URL || !(values.UPSTASH_REDIS_REST_URL || values.UPSTASH_REDIS_REST_TOKEN),
      ),
    )
    .refine(
      ...demand(
        'UPSTASH_REDIS_REST_TOKEN',
        'must be set with UPSTASH_REDIS_REST_URL: it is the token of that database',
        (values) => !values.UPSTASH_REDIS_REST_URL || Boolean(values.UPSTASH_REDIS_REST_TOKEN),
      ),
    )
    .refine(
      ...demand(
        'UPSTASH_REDIS_REST_URL',
        'must be set with UPSTASH_REDIS_REST_TOKEN: it is the address of that database',
        (values) => !values.UPSTASH_REDIS_REST_TOKEN || Boolean(values.UPSTASH_REDIS_REST_URL),
      ),
    );
}

/** The store that settings name, if any. */
export function storeIn({
  REDIS_URL: redis,
  UPSTASH_REDIS_REST_URL: upstash,
  UPSTASH_REDIS_REST_TOKEN: token,
}: StoreValues): StoreAddress | undefined {
  if (redis !== undefined) return { kind: 'redis', url: redis };
  return upstash === undefined || token === undefined ? undefined : { kind: 'upstash', url: upstash, token };
}

/** A login in the address would turn up in messages, and a path would be lost. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
}
