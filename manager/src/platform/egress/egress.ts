import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AddressRefused } from './address-refused.ts';
import { type EgressRules, hostOf, portOf } from './egress-rules.ts';
import { boundedLookups, type Resolve } from './lookups.ts';
import { reasonOfFailure } from './reason-of-failure.ts';

/** What is sent. */
export interface EgressRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Gives up at once when it is aborted. */
  readonly signal?: AbortSignal;
}

/** What became of a request. Of an answer only the status is told, so that nobody can read through Fauna what it reaches. */
export type Sent = { readonly durationMs: number } & (
  | { readonly outcome: 'answered'; readonly status: number }
  /** `reason` is a phrase for people: `no answer within 5 s`. */
  | { readonly outcome: 'failed'; readonly reason: string }
  /** Its signal was aborted: nobody knows whether it has arrived. */
  | { readonly outcome: 'cancelled' }
);

/** The one way out for requests to addresses that somebody has entered. */
export interface Egress {
  /** What is wrong with an address, or nothing: goes on after "the address". */
  check(url: string): string | undefined;
  /**
   * Sends a POST. Never rejects. The name is looked up once, every address that it has must be allowed, and the connection goes to
   * one of those. No redirect is followed, no proxy is asked, no cookie is kept, no connection is used again.
   */
  post(request: EgressRequest): Promise<Sent>;
}

/** What an egress is made of. All but the rules is for tests. */
export interface EgressDependencies {
  readonly rules: EgressRules;
  /** All addresses of a name. */
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
  /** Whom to trust besides, as PEM. */
  readonly ca?: string;
}

/** Everything together: looking the name up, connecting, sending, and waiting for the headers of the answer. */
const timeoutMsDefault = 5_000;
/** As much is read of an answer, and for so long, so that its sender can end in good order; nobody looks at it or waits for it. */
const answerBytesMax = 64 * 1024;
const answerMsMax = 250;
const headerBytesMax = 16 * 1024;

/** Makes an egress. */
export function createEgress({
  rules,
  resolve = boundedLookups(),
  timeoutMs = timeoutMsDefault,
  ca,
}: EgressDependencies): Egress {
  // Agents of our own: the global ones can be made to ask a proxy by the environment.
  const agents = {
    'http:': new HttpAgent({ keepAlive: false }),
    'https:': new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 }),
  };
  return {
    check(text) {
      const target = rules.read(text);
      return 'wrong' in target ? target.wrong : undefined;
    },
    async post({ url: text, headers, body, signal }) {
      const startedMs = performance.now();
      const told = <Rest extends object>(rest: Rest) => ({
        ...rest,
        durationMs: Math.round(performance.now() - startedMs),
      });
      const target = rules.read(text);
      if ('wrong' in target) return told({ outcome: 'failed', reason: `the address ${target.wrong}` });
      const ending = new AbortController();
      const timer = setTimeout(() => ending.abort(), timeoutMs);
      const onAbort = () => ending.abort();
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted === true) ending.abort();
      try {
        const { url } = target;
        const addresses = await orAborted(
          addressesOf(url, { rules, resolve, signal: ending.signal }),
          ending.signal,
        );
        const options: RequestOptions = {
          method: 'POST',
          agent: url.protocol === 'https:' ? agents['https:'] : agents['http:'],
          host: hostOf(url),
          port: portOf(url),
          path: `${url.pathname}${url.search}`,
          headers,
          lookup: pinnedTo(addresses),
          maxHeaderSize: headerBytesMax,
          signal: ending.signal,
        };
        return told({ outcome: 'answered', status: await statusOf(url.protocol, { options, body, ca }) });
      } catch (error) {
        if (signal?.aborted === true) return told({ outcome: 'cancelled' });
        if (ending.signal.aborted)
          return told({ outcome: 'failed', reason: `no answer within ${timeoutMs / 1_000} s` });
        return told({ outcome: 'failed', reason: reasonOfFailure(error) });
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      }
    },
  };
}

async function addressesOf(
  url: URL,
  { rules, resolve, signal }: { rules: EgressRules; resolve: Resolve; signal: AbortSignal },
): Promise<readonly string[]> {
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await resolve(host, signal) : [host];
  // All of them: a name that has an address inside beside one outside was made to lead inside.
  if (addresses.length > 0 && addresses.every((address) => rules.allows(address))) return addresses;
  throw new AddressRefused();
}

/** Answers what was looked up before, whatever the name means by now. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, { all }, callback) => {
    if (all === true) return callback(null, found);
    callback(null, found[0]?.address ?? '', found[0]?.family);
  };
}

function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    const onAbort = () => reject(new Error('Aborted'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The status of the answer, as soon as its headers are there. */
function statusOf(
  protocol: string,
  { options, body, ca }: { options: RequestOptions; body: string; ca: string | undefined },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request =
      protocol === 'https:'
        ? httpsRequest({ ...options, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) })
        : httpRequest(options);
    request.on('error', reject);
    request.on('close', () => reject(new Error('The connection was closed')));
    request.on('response', (response) => {
      if (response.statusCode === undefined) reject(new Error('The answer has no status'));
      else resolve(response.statusCode);
      drain(response);
    });
    request.end(body);
  });
}

function drain(response: IncomingMessage): void {
  let bytes = 0;
  const timer = setTimeout(() => response.destroy(), answerMsMax);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > answerBytesMax) response.destroy();
  });
  // Once there is a status, the receiver has said what it had to say, however the rest of its answer fares.
  response.on('error', () => {});
  response.on('close', () => clearTimeout(timer));
}
