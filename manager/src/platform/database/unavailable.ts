/**
 * Whether an error means that the database is away, overloaded or too slow just now, so that the same request may work
 * later. Looks through causes, because Drizzle wraps what the driver threw.
 */
export function isUnavailable(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (isUnavailableCode('code' in at ? at.code : undefined)) return true;
    if (driverMessages.some((message) => at instanceof Error && at.message.startsWith(message))) return true;
  }
  return false;
}

/** SQLSTATE classes: connection, resources, operator intervention, system error; and single codes of passing states. */
const sqlStates = /^(08|53|57|58)...$|^(25006|25P02|25P03|25P04|40001|40P01|55P03)$/;

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** What node-postgres throws without a code. */
const driverMessages = [
  'Query read timeout',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed',
  'Cannot use a pool after calling end',
];

function isUnavailableCode(code: unknown): boolean {
  return typeof code === 'string' && (sqlStates.test(code) || socketCodes.has(code));
}
