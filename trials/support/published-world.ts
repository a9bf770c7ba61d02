import { pathToFileURL } from 'node:url';
import type { Ruleset } from '@fauna-flags/core';
import { environmentId, rulesetSnapshot } from '../../bearer/src/testing/documents.ts';
import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { BearerProcess } from '../../manager/test/support/bearer-process.ts';
import { eventually, projectRoot } from '../../manager/test/support/fauna-process.ts';
import { storyDocuments } from './story.ts';

/** A Redis with what managers would have published, and bearers that read it: all that load needs. */
export class PublishedWorld {
  readonly redis: RedisServer;
  readonly bearers: readonly BearerProcess[];

  private constructor(redis: RedisServer, bearers: readonly BearerProcess[]) {
    this.redis = redis;
    this.bearers = bearers;
  }

  static async start({
    bearers = 1,
    ruleset,
    environment = {},
  }: {
    readonly bearers?: number;
    readonly ruleset?: Ruleset;
    readonly environment?: Readonly<Record<string, string>>;
  } = {}): Promise<PublishedWorld> {
    const redis = await RedisServer.start();
    const preload = pathToFileURL(`${projectRoot}/trials/support/programs/loop-delay.mjs`).href;
    const world = new PublishedWorld(
      redis,
      Array.from(
        { length: bearers },
        () =>
          new BearerProcess({
            REDIS_URL: redis.url,
            LOG_LEVEL: 'error',
            NODE_OPTIONS: `--import=${preload}`,
            ...environment,
          }),
      ),
    );
    try {
      for (const { documentId, snapshot } of storyDocuments()) await redis.publish(documentId, snapshot);
      if (ruleset !== undefined) await world.publish(ruleset);
      for (const bearer of world.bearers) await bearer.untilReady();
      return world;
    } catch (error) {
      await world.dispose();
      throw error;
    }
  }

  bearer(at = 0): BearerProcess {
    const bearer = this.bearers[at];
    if (bearer === undefined) throw new Error(`This world has no bearer ${at}`);
    return bearer;
  }

  port(at = 0): number {
    return Number(new URL(this.bearer(at).url).port);
  }

  /** Lays a ruleset down at its own version, as a manager does. */
  async publish(ruleset: Ruleset): Promise<void> {
    await this.redis.publish(environmentId, rulesetSnapshot(ruleset));
  }

  /** For how long the event loop of a bearer was held at most since it was last asked, in milliseconds. */
  async loopDelayMs(at = 0): Promise<number> {
    const bearer = this.bearer(at);
    const told = () => [...bearer.output.matchAll(/loop held for ([\d.]+) ms/g)];
    const before = told().length;
    process.kill(bearer.pid, 'SIGUSR2');
    await eventually(() => told().length > before, { what: 'the delay of the event loop' });
    return Number(told().at(-1)?.[1]);
  }

  /** How often Redis has been asked for whole documents. */
  async snapshotReads(): Promise<number> {
    const stats = await this.redis.client.info('commandstats');
    return Number(/cmdstat_hgetall:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.bearers.map((bearer) => bearer.end()));
    await this.redis.dispose();
  }
}
