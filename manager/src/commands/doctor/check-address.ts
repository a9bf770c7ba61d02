import { type Finding, fail, ok, warn } from './finding.ts';

const patienceMs = 5_000;

/** The address that browsers use: whether it is encrypted, and whether Fauna answers there. */
export async function checkAddress(url: string | undefined): Promise<Finding> {
  if (url === undefined)
    return warn(
      'address',
      'FAUNA_URL is not set: set it where browsers reach Fauna otherwise than at this machine',
    );
  const { protocol, hostname } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const response = await fetch(`${url}/healthz`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMs),
  }).catch(() => undefined);
  if (response === undefined)
    return warn(
      'address',
      `${url} cannot be reached from here: check DNS, the proxy and its certificate, and that Fauna runs`,
    );
  if (!response.ok)
    return fail(
      'address',
      `${url}/healthz answers ${response.status}: the proxy must pass every path on to Fauna`,
    );
  return protocol === 'https:' || isHere
    ? ok('address', `Fauna answers at ${url}`)
    : warn('address', `${url} is not encrypted: put TLS in front, passwords and sessions go over it`);
}
