import { and, type SQL } from 'drizzle-orm';
import type { Database } from '../../platform/database/index.ts';
import { auditCsvHeader, auditCsvLine } from './audit-csv.ts';
import { type AuditRow, toInstallationAuditEntry } from './audit-entry.ts';
import { behind } from './audit-filters.ts';
import { findAudit, readAudit } from './list-audit.ts';

/** What a trail can be exported as. */
export const auditFormats = ['csv', 'json'] as const;
export type AuditFormat = (typeof auditFormats)[number];

/** The media types of exports. */
export const auditMedia: Readonly<Record<AuditFormat, string>> = {
  csv: 'text/csv',
  json: 'application/json',
};

/** Entries that one query finds; their documents are read as they are taken. */
const foundAtOnce = 200;

/** How each format begins, goes on and ends; an entry of JSON stands on a line of its own. */
const shapes: Readonly<
  Record<AuditFormat, { begin: string; line: (row: AuditRow, isFirst: boolean) => string; end: string }>
> = {
  csv: { begin: auditCsvHeader, line: (row) => auditCsvLine(toInstallationAuditEntry(row)), end: '' },
  json: {
    begin: '[',
    line: (row, isFirst) => `${isFirst ? '' : ','}\n${JSON.stringify(toInstallationAuditEntry(row))}`,
    end: '\n]\n',
  },
};

/**
 * The entries as a file, the newest first. It is read batch by batch as it is taken, so that a trail of any length needs the
 * memory of one batch (a megabyte of documents, or one entry), and nothing is held in the database in between. What fails in the middle cuts the answer off, so that
 * nobody takes a part for the whole. The first batch is read before anything is answered: rejects where that fails.
 */
export async function exportAudit(
  database: Database,
  where: SQL | undefined,
  format: AuditFormat,
): Promise<Response> {
  const batches = batchesOf(database, where);
  const first = await batches.next();
  const chunks = textOf(first.done === true ? [] : first.value, batches, format);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'Content-Type': `${auditMedia[format]}; charset=utf-8`,
      'Content-Disposition': `attachment; filename="audit.${format}"`,
    },
  });
}

/** Never an empty one. */
async function* batchesOf(
  database: Database,
  where: SQL | undefined,
): AsyncGenerator<readonly AuditRow[], void> {
  let last: number | undefined;
  for (;;) {
    const ids = await findAudit(database, and(where, behind(last)), foundAtOnce);
    for (let done = 0; done < ids.length; ) {
      const rows = await readAudit(database, ids.slice(done));
      if (rows.length === 0) throw new Error('Entries of the audit trail are gone');
      yield rows;
      done += rows.length;
    }
    if (ids.length < foundAtOnce) return;
    last = ids.at(-1);
  }
}

async function* textOf(
  first: readonly AuditRow[],
  others: AsyncIterable<readonly AuditRow[]>,
  format: AuditFormat,
): AsyncGenerator<string, void> {
  const { begin, line, end } = shapes[format];
  yield begin + first.map((row, at) => line(row, at === 0)).join('');
  for await (const rows of others) yield rows.map((row) => line(row, false)).join('');
  yield end;
}
