import { networkInterfaces } from 'node:os';
import { defaultBearerLimits } from '@fauna-flags/bearer';
import { countedAddress } from '../../bearer/src/middleware/client-address.ts';
import { PublishedWorld } from '../support/published-world.ts';
import { storyKeys } from '../support/story.ts';
import { StreamLoad } from '../support/stream-load.ts';
import { exactly, type Finding, holds, type Scenario } from './scenario.ts';

const perAddress = defaultBearerLimits.streamsPerAddressMax;
const proxy = '127.0.3.1';

/** C21. */
export const spoofedAddresses: Scenario = {
  id: 'C21',
  title: 'limits per address, behind a proxy and without, with and without a forged X-Forwarded-For',
  async run() {
    const own = ownPublicAddress();
    const direct = await PublishedWorld.start();
    const behind = await PublishedWorld.start({ environment: { TRUSTED_PROXIES: proxy } });
    try {
      return [
        ...(own === undefined
          ? [holds('a line without a proxy is measured', false, 'this machine has no public address')]
          : await expectOpen(direct, {
              what: 'without a proxy, each with another forged address: streams of one address',
              sourceAddress: own,
              forwardedFor: '#',
              wanted: perAddress,
            })),
        ...(await expectOpen(behind, {
          what: 'behind the proxy, each from another address: all streams',
          sourceAddress: proxy,
          forwardedFor: '#',
          wanted: perAddress + 300,
        })),
        ...(await expectOpen(behind, {
          what: 'behind the proxy, one address that forges others in front: streams of it',
          sourceAddress: proxy,
          forwardedFor: '#, 198.51.100.7',
          wanted: perAddress,
        })),
      ];
    } finally {
      await direct.dispose();
      await behind.dispose();
    }
  },
};

/**
 * An address of this machine that streams are counted by: programs of the machine itself are not, nor is whoever says out of
 * a private network that somebody passed it on. Where there is none, that line cannot be measured, which is no pass.
 */
function ownPublicAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(
      ({ address, family }) =>
        family === 'IPv4' && countedAddress({ address, isForwarded: true }) !== undefined,
    )?.address;
}

/** Opens more streams than one address may have, from one socket address. */
async function expectOpen(
  world: PublishedWorld,
  {
    what,
    sourceAddress,
    forwardedFor,
    wanted,
  }: {
    readonly what: string;
    readonly sourceAddress: string;
    readonly forwardedFor: string;
    readonly wanted: number;
  },
): Promise<readonly Finding[]> {
  const count = perAddress + 300;
  const load = await StreamLoad.open({
    ports: [world.port()],
    kind: 'client',
    key: storyKeys.clientKey,
    count,
    first: 0,
    perSecond: 1_000,
    sourceAddress,
    forwardedFor,
    comesBack: false,
  });
  try {
    const refusedWanted = count - wanted;
    const { report } = await load.until(
      ({ open, refusals }) => open + (refusals[503] ?? 0) + (refusals[429] ?? 0) >= count,
      30_000,
    );
    const others = await fetch(`${world.bearer().url}/healthz`);
    return [
      exactly(what, report.open, wanted),
      holds(
        `the other ${refusedWanted} are refused, and nobody else is`,
        Object.values(report.refusals).reduce((sum, refused) => sum + refused, 0) === refusedWanted &&
          others.ok,
        JSON.stringify(report.refusals),
      ),
    ];
  } finally {
    await load.end();
  }
}
