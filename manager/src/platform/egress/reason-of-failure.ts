import { AddressRefused } from './address-refused.ts';

/**
 * Why a request has failed, as a phrase for people. Made of codes and never of messages: those tell of addresses inside, and
 * of what was answered there.
 */
export function reasonOfFailure(error: unknown): string {
  if (error instanceof AddressRefused)
    return 'the name leads to an address that is not one of the public internet';
  const code = codeOf(error);
  if (code === undefined) return 'the connection was closed without an answer';
  if (nameCodes.test(code)) return `the name cannot be looked up (${code})`;
  if (tlsCodes.test(code)) return `no TLS that can be trusted (${code})`;
  if (code.startsWith('HPE_')) return `the answer is no HTTP (${code})`;
  return `the connection failed (${code})`;
}

const nameCodes = /^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/;
const tlsCodes = /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|.*_CERT|UNABLE_TO_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/;

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // When every address of a name refuses, only the parts say why.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}
