/*
 * `npm run verify-audit`: proves that the audit trail is what was written. Ends with 0 when it is, with 1 when it is not,
 * and with 2 when that could not be found out.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { SettingsSource } from '../config/settings.ts';
import {
  auditFlawText,
  type ChainVerdict,
  readCheckpoint,
  verifyAudit,
  writeCheckpoint,
} from '../features/audit/index.ts';
import { reasonOf } from '../platform/reason-of.ts';
import { StartError } from '../platform/start-error.ts';
import { readCheckpointKeys } from './checkpoint-keys.ts';
import { runCommand } from './run-command.ts';

/** What to do besides verifying. */
interface Wishes {
  /** The file to write a checkpoint into. */
  readonly checkpoint: string | undefined;
  /** The checkpoint to prove the trail against. */
  readonly against: string | undefined;
  readonly json: boolean;
}

const source: SettingsSource = { environment: process.env, directory: process.cwd() };

await runCommand({
  failure: 2,
  readArguments: readWishes,
  async work({ database, place }, { checkpoint, against, json }) {
    const keys = await readCheckpointKeys(source);
    if (checkpoint !== undefined && keys.secret === undefined && keys.signingKey === undefined)
      throw new StartError(
        'Cannot sign a checkpoint: set FAUNA_SECRET or FAUNA_SIGNING_KEY as for the managers',
      );
    const earlier = against === undefined ? undefined : readCheckpoint(await textOf(against), keys);
    if (earlier !== undefined && 'problem' in earlier)
      throw new StartError(`Cannot believe the checkpoint "${against}": ${earlier.problem}`);
    const verdicts = await verifyAudit(database, earlier === undefined ? {} : { seen: earlier.seen });
    const isWhole = verdicts.every(({ flaw }) => flaw === undefined);
    process.exitCode = isWhole ? 0 : 1;
    // A broken trail gets no signature: the checkpoint before is what proves where it broke.
    const isSigned = isWhole && checkpoint !== undefined;
    if (isSigned) await keep(checkpoint, writeCheckpoint(verdicts, new Date(), keys));
    if (json) return [JSON.stringify({ ok: isWhole, chains: verdicts.map(jsonOf) }, undefined, 2)];
    return [
      `The audit trail at ${place}${earlier === undefined ? '' : `, against the checkpoint of ${earlier.at}`}:`,
      ...verdicts.map(lineOf),
      isWhole ? 'Every chain is whole' : 'The audit trail is not what was written',
      ...(isSigned ? [`Wrote the checkpoint "${checkpoint}"`] : []),
      ...(checkpoint !== undefined && !isSigned ? [`Did not write the checkpoint "${checkpoint}"`] : []),
    ];
  },
});

function readWishes(args: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...args],
    options: { checkpoint: { type: 'string' }, against: { type: 'string' }, json: { type: 'boolean' } },
  });
  return { checkpoint: values.checkpoint, against: values.against, json: values.json === true };
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new StartError(`Cannot read the checkpoint "${file}": ${reasonOf(error)}`, { cause: error });
  });
}

/** Beside its place first, so that no crash leaves half of one where a whole one was. */
async function keep(file: string, text: string): Promise<void> {
  const partial = `${resolve(file)}.${randomUUID()}.partial`;
  try {
    await writeFile(partial, text, { flush: true });
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new StartError(`Cannot write the checkpoint "${file}": ${reasonOf(cause)}`, { cause });
  }
}

function nameOf({ chain, project }: ChainVerdict): string {
  if (/^[0-]+$/.test(chain)) return 'The installation itself';
  return project === undefined ? `Deleted project ${chain}` : `Project "${project}" (${chain})`;
}

function lineOf(verdict: ChainVerdict): string {
  const { entries, flaw } = verdict;
  return flaw === undefined
    ? `  ok    ${nameOf(verdict)}: ${entries} ${entries === 1 ? 'entry' : 'entries'}`
    : `  FAIL  ${nameOf(verdict)}: ${auditFlawText(flaw)}; the ${entries} before are right`;
}

function jsonOf({ chain, project, entries, end, flaw }: ChainVerdict) {
  return {
    chain,
    project: project ?? null,
    entries,
    seq: String(end.seq),
    hash: Buffer.from(end.hash).toString('hex'),
    flaw: flaw === undefined ? null : { ...flaw, text: auditFlawText(flaw) },
  };
}
