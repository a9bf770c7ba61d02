import type { InstallationAuditEntry } from '@fauna-flags/protocol';

/** The columns of an export, in their order. */
const columns: Readonly<Record<string, (entry: InstallationAuditEntry) => unknown>> = {
  id: ({ id }) => id,
  at: ({ at }) => at,
  project: ({ project }) => project?.key,
  projectId: ({ project }) => project?.id,
  environment: ({ environment }) => environment,
  actor: ({ actor }) => actor,
  token: ({ token }) => token,
  address: ({ address }) => address,
  action: ({ action }) => action,
  entityKind: ({ entity }) => entity.kind,
  entityKey: ({ entity }) => entity.key,
  before: ({ before }) => documentText(before),
  after: ({ after }) => documentText(after),
  seq: ({ seq }) => seq,
  hash: ({ hash }) => hash,
};

/** The first line of an export as CSV (RFC 4180). */
export const auditCsvHeader = lineOf(Object.keys(columns));

/** One entry as a line of CSV. */
export function auditCsvLine(entry: InstallationAuditEntry): string {
  return lineOf(Object.values(columns).map((read) => read(entry)));
}

function documentText(document: unknown): string {
  return document === null ? '' : JSON.stringify(document);
}

function lineOf(cells: readonly unknown[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: unknown): string {
  const text = value === null || value === undefined ? '' : harmless(String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * What begins like a formula is one to spreadsheets, quoted or not, and names and keys are chosen by people: an apostrophe in
 * front makes it text.
 */
function harmless(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}
