import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { keyRegistryDocument, storeKeys } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearerVariables, denoArguments, denoBinary, denoPermissions } from '../../scripts/deno.mjs';
import { bearerSettingNames } from '../src/entry/node-config.ts';
import {
  clientKey,
  environmentId,
  registryOf,
  rulesetSnapshot,
  snapshotOf,
} from '../src/testing/documents.ts';
import { BearerProcess } from './support/bearer-process.ts';
import { RedisServer } from './support/redis-server.ts';
import { UpstashServer } from './support/upstash-server.ts';

/** How long a bearer with all of its rights takes at most, and how long one without is watched. */
const eventually = { timeout: 15_000, interval: 50 };

describe('what a bearer may do on Deno', { timeout: 60_000 }, () => {
  let redis: RedisServer;
  const open: BearerProcess[] = [];
  const folders: string[] = [];
  beforeAll(async () => {
    redis = await RedisServer.start();
    await redis.publish(keyRegistryDocument, snapshotOf(registryOf()));
    await redis.publish(environmentId, rulesetSnapshot(ruleset(flag('pay').on())));
  });
  afterAll(async () => {
    for (const bearer of open) await bearer.end('SIGKILL');
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    await redis.dispose();
  });

  /** A bearer with the rights of its settings, but for one. */
  async function without(lost: string) {
    const folder = await mkdtemp(join(tmpdir(), 'fauna-deno-'));
    folders.push(folder);
    const dataDir = join(folder, 'data');
    const environment = { PORT: '0', REDIS_URL: redis.url, FAUNA_DATA_DIR: dataDir };
    const args = denoArguments(environment).filter((argument) => !argument.startsWith(lost));
    expect(args).toHaveLength(denoArguments(environment).length - (lost === '--none' ? 0 : 1));
    const bearer = new BearerProcess([denoBinary(), ...args], environment);
    open.push(bearer);
    return { bearer, dataDir };
  }

  const statusOf = async (bearer: BearerProcess) => (await fetch(`${bearer.url}/readyz`)).status;
  const valuesOf = (bearer: BearerProcess) =>
    fetch(`${bearer.url}/connect/client`, { method: 'POST', headers: { authorization: clientKey } });

  it('is the four rights that are granted, which are enough to serve, to keep copies and to end well', async () => {
    const { bearer, dataDir } = await without('--none');
    await bearer.start();
    await expect.poll(() => statusOf(bearer), eventually).toBe(200);
    expect(await (await valuesOf(bearer)).json()).toMatchObject({ flags: { pay: { value: true } } });
    await expect.poll(() => readdir(join(dataDir, 'bearer')).catch(() => []), eventually).not.toEqual([]);
    expect(await bearer.end('SIGTERM')).toBe(0);
    expect(bearer.output).not.toContain('Requires');
  });

  it('is enough to read from Upstash, to listen to it and to report there', async () => {
    const upstash = await UpstashServer.start(redis);
    const folder = await mkdtemp(join(tmpdir(), 'fauna-deno-'));
    folders.push(folder);
    const environment = {
      PORT: '0',
      UPSTASH_REDIS_REST_URL: upstash.url,
      UPSTASH_REDIS_REST_TOKEN: upstash.token,
      FAUNA_BEARER_ID: 'deno-over-rest',
      FAUNA_DATA_DIR: join(folder, 'data'),
    };
    const bearer = new BearerProcess([denoBinary(), ...denoArguments(environment)], environment);
    open.push(bearer);
    await bearer.start();
    await expect.poll(() => statusOf(bearer), eventually).toBe(200);
    await expect.poll(() => upstash.streams, eventually).toBe(1);
    await redis.publish(environmentId, rulesetSnapshot({ ...ruleset(flag('pay').off()), version: 2 }));
    await expect
      .poll(async () => (await valuesOf(bearer)).text(), { timeout: 2_000, interval: 50 })
      .toContain('"value":false');
    await expect
      .poll(() => redis.client.get(storeKeys.bearer('deno-over-rest')), eventually)
      .toContain('"runtime":"deno"');
    expect(await bearer.end('SIGTERM')).toBe(0);
    expect(bearer.output).not.toMatch(/Requires/);
    expect(bearer.output).not.toContain(upstash.token);
    await upstash.dispose();
  });

  it('is not to listen without the right to', async () => {
    await expect((await without('--allow-net')).bearer.start()).rejects.toThrow(/Requires net access/);
  });

  it('is not to begin without the right to read its settings', async () => {
    await expect((await without('--allow-env')).bearer.start()).rejects.toThrow(/Requires env access/);
  });

  it('is to serve without copies where it may not read or write them', async () => {
    for (const lost of ['--allow-read', '--allow-write']) {
      const { bearer } = await without(lost);
      await bearer.start();
      await expect.poll(() => statusOf(bearer), eventually).toBe(200);
      expect(bearer.output).toMatch(/Requires (read|write) access/);
      await bearer.end('SIGKILL');
    }
  });

  it('is nothing with programs, libraries, the system or code from elsewhere', () => {
    const names = denoPermissions({ REDIS_URL: 'redis://store' }).map((right) => right.split('=')[0]);
    expect(names).toEqual(['--allow-net', '--allow-env', '--allow-read', '--allow-write']);
  });

  it('is to reach what the settings name, and nothing else', () => {
    const net = (environment: Record<string, string>) => denoPermissions(environment)[0];
    expect(net({ REDIS_URL: 'rediss://user:secret@store.example:7000/2' })).toBe(
      '--allow-net=127.0.0.1:3001,store.example:7000',
    );
    expect(net({ REDIS_URL: 'redis://store', HOST: '::', PORT: '8080', METRICS_PORT: '9100' })).toBe(
      '--allow-net=[::]:8080,[::]:9100,store:6379',
    );
    expect(net({ MANAGER_URL: 'http://manager:3000, https://flags.example.com/fauna' })).toBe(
      '--allow-net=127.0.0.1:3001,manager:3000,flags.example.com:443',
    );
    expect(net({ UPSTASH_REDIS_REST_URL: 'https://eu1-cat.upstash.io' })).toBe(
      '--allow-net=127.0.0.1:3001,eu1-cat.upstash.io:443',
    );
    // Nodes are announced by others, so these are the two forms that cannot be narrowed.
    expect(net({ REDIS_URL: 'redis+cluster://a,b' })).toBe('--allow-net');
  });

  it('is to read exactly the settings that there are', () => {
    expect(bearerVariables).toEqual(bearerSettingNames);
  });
});
