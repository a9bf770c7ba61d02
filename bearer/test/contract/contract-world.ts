import { randomUUID } from 'node:crypto';
import type { Ruleset } from '@fauna-flags/core';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { keyRegistryDocument, type RegisteredKey, type Snapshot } from '@fauna-flags/protocol';
import { positionTextOf } from '../../src/testing/bearer-world.ts';
import { registered, registryOf, rulesetSnapshot, snapshotOf } from '../../src/testing/documents.ts';
import type { BearerUnderContract } from './bearer-under-contract.ts';
import { ContractEnvironment } from './contract-environment.ts';
import { eventually } from './eventually.ts';

/** The one environment's worth of flags that most tests speak of. */
export const story = ruleset(flag('pay').on());

/**
 * Everything that is published to one bearer. Each test takes an environment of its own, with keys of its own, so that
 * none depends on another.
 */
export class ContractWorld {
  readonly bearer: BearerUnderContract;
  readonly #keys = new Map<string, RegisteredKey>();
  readonly #versions = new Map<string, number>();
  #registryVersion = 0;

  constructor(bearer: BearerUnderContract) {
    this.bearer = bearer;
  }

  /** Makes an environment with a client and a server key, and waits until the bearer serves it. */
  async environment(first: Ruleset = story): Promise<ContractEnvironment> {
    const environment = new ContractEnvironment(this, randomUUID());
    await this.setKey(environment.clientKey, { environment: environment.id });
    await this.setKey(environment.serverKey, { environment: environment.id, kind: 'server' });
    await environment.publish(first);
    return environment;
  }

  /** Puts a key into the registry, or changes it, and publishes the registry; bearers will know in a moment. */
  async setKey(text: string, key: Partial<RegisteredKey>): Promise<void> {
    const [digest, fresh] = registered(text, key);
    this.#keys.set(digest, { ...(this.#keys.get(digest) ?? fresh), ...key });
    this.#registryVersion += 1;
    const registry = registryOf(...this.#keys);
    await this.bearer.publish(keyRegistryDocument, snapshotOf(registry, { version: this.#registryVersion }));
  }

  /** Publishes a ruleset as the next version of an environment, and does not wait. */
  async put(environmentId: string, next: Ruleset): Promise<Snapshot> {
    const version = (this.#versions.get(environmentId) ?? 0) + 1;
    this.#versions.set(environmentId, version);
    const snapshot = rulesetSnapshot({ ...next, version });
    await this.bearer.publish(environmentId, snapshot);
    return snapshot;
  }

  /** Waits until the bearer answers at this position. */
  async arrived(environment: ContractEnvironment, snapshot: Snapshot): Promise<void> {
    const etag = `"${positionTextOf(snapshot)}"`;
    await eventually(async () => {
      const response = await environment.asServer('/connect/server');
      await response.arrayBuffer();
      return response.headers.get('etag') === etag;
    }, `the bearer to be at ${etag}`);
  }
}
