import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, prepareCluster } from './cluster.ts';
import { freePort } from './free-port.ts';
import { launch } from './launch.ts';
import { stopPostmaster } from './postmaster.ts';

const occupant = createServer((socket) => socket.destroy());
let dataDir: string;
let cluster: Cluster;
let taken: number;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fauna-launch-'));
  await chmod(dataDir, 0o755); // As root the server runs as another account, which must be able to enter.
  cluster = await prepareCluster(dataDir);
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
  taken = (occupant.address() as AddressInfo).port;
}, 60_000);

afterAll(async () => {
  occupant.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('a port that somebody took between the choice and the start is given up for another', async () => {
  const offered = [taken, taken, await freePort()];
  const server = await launch({ cluster, settings: {}, choosePort: async () => offered.shift() ?? taken });
  await stopPostmaster(server.pid);
  expect(offered).toEqual([]);
  expect(server.port).not.toBe(taken);
});

test('a port that was named is not given up: the error says that it is taken', async () => {
  await expect(launch({ cluster, settings: {}, port: taken })).rejects.toThrow(/Address already in use/);
});

test('a server that finds every port taken ends with the reason', async () => {
  let choices = 0;
  const choosePort = async () => {
    choices += 1;
    return taken;
  };
  await expect(launch({ cluster, settings: {}, choosePort })).rejects.toThrow(/Address already in use/);
  expect(choices).toBe(6);
});
