import { auditFlawText, verifyAudit } from '../../features/audit/index.ts';
import type { OpenDatabase } from '../open-database.ts';
import { type Finding, fail, judgeClock, ok, warn } from './finding.ts';

/** Oldest major version of Postgres that Fauna is tested with. */
const versionMin = 15;

/** The audit trail is looked at this far back; the whole of it is for `verify-audit`. */
const auditLast = 200;

/** The database, as the application sees it; that it is of this version was seen when it was opened. */
export async function checkDatabase({
  database,
  place,
  isConfined,
}: OpenDatabase): Promise<readonly Finding[]> {
  const fromMs = Date.now();
  const { rows } = await database.pool.query<{ version: string; now: number }>(
    "SELECT current_setting('server_version') AS version, extract(epoch FROM clock_timestamp())::float8 * 1000 AS now",
  );
  const { version = '', now = 0 } = rows[0] ?? {};
  const clock = judgeClock('clock of the database', now, fromMs, Date.now());
  return [
    Number.parseInt(version, 10) >= versionMin
      ? ok('database', `Postgres ${version} at ${place}`)
      : warn(
          'database',
          `Postgres ${version} at ${place}: use ${versionMin} or newer, older ones are not tested`,
        ),
    ok('schema', 'the one of this version'),
    isConfined
      ? ok('rights', 'works as fauna_app, which cannot change the audit trail')
      : warn(
          'rights',
          'works with all rights of its account: give that CREATEROLE once, or create the role fauna_app and grant it to the account, and start the manager again',
        ),
    clock,
    await checkAudit(database),
  ];
}

async function checkAudit(database: OpenDatabase['database']): Promise<Finding> {
  const verdicts = await verifyAudit(database, { last: auditLast });
  const broken = verdicts.filter(({ flaw }) => flaw !== undefined);
  const [first] = broken;
  if (first?.flaw === undefined)
    return ok('audit trail', `the last ${auditLast} entries of each of ${verdicts.length} chains are right`);
  return fail(
    'audit trail',
    `${broken.length} of ${verdicts.length} chains are broken, first ${first.project ?? first.chain}: ${auditFlawText(first.flaw)}. Keep the database as it is, and run "npm run verify-audit"`,
  );
}
