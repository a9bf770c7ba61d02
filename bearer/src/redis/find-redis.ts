import { Redis } from 'ioredis';
import { reasonOf } from '../log.ts';
import { loginOf, tlsFor } from './driver-options.ts';
import { placeText, type RedisAddress, type RedisCredentials, type RedisPlace } from './redis-address.ts';
import { shuffled } from './shuffled.ts';

/** How long a sentinel or a node may take to say where to go; several are asked in turn. */
const answerMsMax = 1_000;

/** Slot of every key of ours: CRC16 of `fauna`, the hash tag that they share, modulo 16384. */
const slotOfOurKeys = 7_269;

/** Who must be found: the server that holds our keys and takes writes, or whichever hears what is published. */
export type WantedRedis = 'keys' | 'channel';

/**
 * Finds the server to connect to at this moment, asking one who knows after another: the primary of the sentinels, the
 * node of a cluster that owns our slot, or, to listen on, any node, since a cluster hands what is published to all.
 *
 * Each call begins with another one to ask. Some may be cut off from the rest and speak of the past; where their answer
 * leads nowhere, or to a server that sends us away again, the next attempt hears somebody else.
 */
export function findRedis({
  address,
  wanted,
  random,
}: {
  readonly address: Extract<RedisAddress, { readonly layout: 'sentinel' | 'cluster' }>;
  readonly wanted: WantedRedis;
  readonly random: () => number;
}): () => Promise<RedisPlace> {
  let turn = Math.floor(random() * 1_000);
  let known: readonly RedisPlace[] = [];

  async function askOne(place: RedisPlace): Promise<RedisPlace> {
    if (address.layout === 'sentinel') return primaryBySentinel(address, place);
    const slots = await slotsByNode(address, place);
    known = nodesIn(slots, place);
    const found = wanted === 'keys' ? ownerIn(slots, place) : shuffled(known, random)[0];
    if (found === undefined) throw new Error('the cluster has no node for our keys');
    return found;
  }

  return async () => {
    const toAsk = address.layout === 'sentinel' ? address.sentinels : [...address.seeds, ...known];
    turn += 1;
    const reasons: string[] = [];
    for (let place = 0; place < toAsk.length; place += 1) {
      const asked = toAsk[(turn + place) % toAsk.length];
      if (asked === undefined) continue;
      try {
        return await askOne(asked);
      } catch (error) {
        reasons.push(`${placeText(asked)}: ${reasonOf(error)}`);
      }
    }
    throw new Error(`Nobody says where Redis is: ${reasons.join(', ')}`);
  };
}

async function primaryBySentinel(
  address: Extract<RedisAddress, { readonly layout: 'sentinel' }>,
  sentinel: RedisPlace,
): Promise<RedisPlace> {
  const answer = await askOnce({
    place: sentinel,
    credentials: address.atSentinels,
    tls: address.tls,
    question: (redis) => redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', address.primary),
  });
  const [host, port] = Array.isArray(answer) ? answer.map(String) : [];
  if (host === undefined || port === undefined)
    throw new Error(`it knows no primary named "${address.primary}"`);
  return { host, port: Number(port) };
}

function slotsByNode(
  address: Extract<RedisAddress, { readonly layout: 'cluster' }>,
  node: RedisPlace,
): Promise<unknown> {
  return askOnce({
    place: node,
    credentials: address,
    tls: address.tls,
    question: (redis) => redis.call('CLUSTER', 'SLOTS'),
  });
}

async function askOnce({
  place,
  credentials,
  tls,
  question,
}: {
  readonly place: RedisPlace;
  readonly credentials: RedisCredentials;
  readonly tls: boolean;
  readonly question: (redis: Redis) => Promise<unknown>;
}): Promise<unknown> {
  const redis = new Redis({
    ...place,
    ...loginOf(credentials),
    ...tlsFor({ tls }, place),
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: answerMsMax,
    commandTimeout: answerMsMax,
    disconnectTimeout: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  let trouble: Error | undefined;
  redis.on('error', (error: Error) => {
    trouble ??= error;
  });
  try {
    await redis.connect();
    return await question(redis);
  } catch (error) {
    // A connection that fails says why in its event, and only that it is closed in what it rejects with.
    throw new Error(reasonOf(trouble ?? error));
  } finally {
    redis.disconnect();
  }
}

/** Lines of `CLUSTER SLOTS` read `[from, to, primary, replica…]`, and a node `[host, port, …]`. */
function ownerIn(slots: unknown, asked: RedisPlace): RedisPlace | undefined {
  for (const line of listOf(slots)) {
    const [from, to, primary] = listOf(line);
    if (Number(from) <= slotOfOurKeys && slotOfOurKeys <= Number(to)) return nodeOf(primary, asked);
  }
  return undefined;
}

function nodesIn(slots: unknown, asked: RedisPlace): readonly RedisPlace[] {
  const nodes = new Map<string, RedisPlace>();
  for (const line of listOf(slots))
    for (const entry of listOf(line).slice(2)) {
      const node = nodeOf(entry, asked);
      if (node !== undefined) nodes.set(placeText(node), node);
    }
  return [...nodes.values()];
}

/** A node that does not know its own address, or is told to hide it, means the one under which it was asked. */
function nodeOf(entry: unknown, asked: RedisPlace): RedisPlace | undefined {
  const [host, port] = listOf(entry);
  if (!Number.isInteger(port)) return undefined;
  return { host: typeof host === 'string' && host !== '' ? host : asked.host, port: Number(port) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
