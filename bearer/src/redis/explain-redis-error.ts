/** What a Redis says by the first word of an error, and what helps. `undefined`: it passes by itself. */
const advice: Readonly<Record<string, string>> = {
  OOM: 'Redis has no memory left for it, raise maxmemory or take away what else lies there',
  READONLY: 'this server is a replica, the address must lead to the primary',
  LOADING: 'it passes once Redis has read its data',
  MISCONF: 'Redis cannot save to its disk and so takes no writes, its own log says why',
  NOAUTH: 'the address needs a password',
  WRONGPASS: 'check the user and password in the address, or the token',
  NOPERM: 'the user lacks rights that docs/deploy.md lists',
  MOVED: 'our keys lie at another node of the cluster, which redis+cluster:// and rediss+cluster:// find',
  CROSSSLOT: 'this is a cluster, the address must begin with redis+cluster:// or rediss+cluster://',
  CLUSTERDOWN: 'the cluster is not whole',
  MASTERDOWN: 'this replica has lost its primary',
  NOREPLICAS: 'Redis misses replicas that it was told to have and so takes no writes',
};

/**
 * What went wrong with a command, and what to do about it where that is known. The driver hangs the whole command on its
 * error: rulesets and keys, which are nobody's to read in a log. So the answer carries the message and nothing else, also
 * no cause.
 */
export function explainRedisError(error: unknown): Error {
  const reason = reasonIn(error);
  const [code = ''] = /^[A-Z]+(?=\s|$)/.exec(reason) ?? [];
  const help = Object.hasOwn(advice, code) ? advice[code] : undefined;
  return new Error(help === undefined ? reason : `${reason.replace(/[.\s]+$/, '')}: ${help}`);
}

/** When every address of a name refuses, the error says so only in its parts. */
function reasonIn(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(String).join(', ');
  if (!(error instanceof Error)) return 'Something that is no error was thrown';
  // What a failed fetch says by itself is that it failed.
  return error instanceof TypeError && error.cause !== undefined
    ? `${error.message}: ${reasonIn(error.cause)}`
    : error.message;
}
