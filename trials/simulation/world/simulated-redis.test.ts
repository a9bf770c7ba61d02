import { storeKeys } from '@fauna-flags/protocol';
import { HintLink } from '../../../bearer/src/hints/hint-link.ts';
import { hintedSources } from '../../../bearer/src/hints/hinted-sources.ts';
import { subscriberContract } from '../../../bearer/src/hints/subscriber.contract.ts';
import { rulesetSourceContract } from '../../../bearer/src/rulesets/ruleset-source.contract.ts';
import { MemoryLog } from '../../../bearer/src/testing/memory-log.ts';
import { publishStoreContract } from '../../../manager/src/features/publishing/publish-store.contract.ts';
import { chanceOf } from './chance.ts';
import { clockOf } from './clock-of.ts';
import { Machine } from './machine.ts';
import { Network } from './network.ts';
import { readOver } from './read-over.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedRedis } from './simulated-redis.ts';
import { subscribeOver } from './subscribe-over.ts';

/*
 * What the simulation says of the store is worth as much as its store is like the real one. So they keep the same
 * contracts; virtual time passes whenever the contract waits.
 */

function prepare() {
  const scheduler = new Scheduler();
  const network = new Network(scheduler, chanceOf(1));
  const redis = new SimulatedRedis(network, () => undefined);
  const machine = new Machine('reader', scheduler);
  /** Lets enough time pass for the answer to come. */
  const answered = async <T>(answer: Promise<T>): Promise<T> => {
    // Whatever it rejects with is for the contract to see, once time has passed.
    answer.catch(() => undefined);
    await scheduler.pass(100);
    return answer;
  };
  return { scheduler, network, redis, machine, answered };
}

publishStoreContract('SimulatedRedis', async () => {
  const { redis, machine, answered } = prepare();
  const store = redis.storeFor(machine);
  return {
    store: {
      compareAndSet: (documentId, snapshot) => answered(store.compareAndSet(documentId, snapshot)),
      positions: () => answered(store.positions()),
      remove: (documentId) => answered(store.remove(documentId)),
      heartbeats: () => answered(store.heartbeats()),
      close: () => store.close(),
    },
    report: (heartbeat) => answered(redis.reportsFor(machine).report(heartbeat)),
  };
});

subscriberContract('subscribeOver()', async () => {
  const { scheduler, network, redis, machine, answered } = prepare();
  const connect = subscribeOver(network, machine, redis);
  return {
    connect: (events) => {
      const subscriber = connect(events);
      return {
        subscribe: (channel) => answered(subscriber.subscribe(channel)),
        ping: () => answered(subscriber.ping()),
        destroy: () => subscriber.destroy(),
      };
    },
    publish: async (channel, message) => {
      redis.publish(channel, message);
      await scheduler.pass(100);
    },
    cutAll: async () => {
      network.dropConnections(redis.machine);
      await scheduler.pass(100);
    },
  };
});

rulesetSourceContract('hintedSources() over a simulated Redis', async () => {
  const { scheduler, network, redis, machine, answered } = prepare();
  const clock = clockOf(machine);
  const hints = new HintLink({
    connect: subscribeOver(network, machine, redis),
    channel: storeKeys.hints,
    timing: { subscribeMsMax: 4_000, pingMs: 2_000, pingMsMax: 2_000 },
    clock,
    random: () => 0.5,
    log: new MemoryLog(),
    fields: {},
  });
  // The subscription stands before the contract begins: it hints every watch, which the contract does not count on.
  await scheduler.pass(100);
  const { rulesets } = hintedSources({
    store: readOver(machine, redis),
    hints,
    close: async () => undefined,
  });
  return {
    source: {
      read: (environmentId) => answered(rulesets.read(environmentId)),
      position: (environmentId) => answered(rulesets.position(environmentId)),
      watch: (environmentId, onHint) => rulesets.watch(environmentId, onHint),
      close: () => rulesets.close(),
    },
    put: async (environmentId, snapshot) => {
      await answered(redis.storeFor(machine).compareAndSet(environmentId, snapshot));
    },
  };
});
