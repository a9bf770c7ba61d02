import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { isObject } from '@fauna-flags/core/link';

/** A ruleset and where it stands. */
interface StoredRuleset {
  readonly position: string;
  readonly ruleset: unknown;
}

/** The last ruleset on disk: what a server starts with when nobody answers. */
export interface RulesetFile {
  /** What was written for this key, if it can be read. Synchronous, so that flags are there from the first line on. */
  read(): StoredRuleset | undefined;
  /** Keeps this one; while a write is under way only the newest waits. Never rejects: `onError` hears of failures. */
  write(stored: StoredRuleset): void;
  /** Resolves when nothing is left to write. */
  idle(): Promise<void>;
}

/** The file of one key at a path. The key is kept as a digest: another key's ruleset must not be taken for ours. */
export function createRulesetFile(path: string, key: string, onError: (error: unknown) => void): RulesetFile {
  const keyDigest = createHash('sha256').update(key).digest('hex');
  let next: StoredRuleset | undefined;
  let writing: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (next !== undefined) {
      const text = JSON.stringify({ keyDigest, ...next });
      next = undefined;
      try {
        await replaceFile(path, text);
      } catch (error) {
        onError(error);
      }
    }
    writing = undefined;
  }

  return {
    read() {
      try {
        const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
        if (!isObject(stored) || stored.keyDigest !== keyDigest) return undefined;
        const { position, ruleset } = stored;
        return typeof position === 'string' ? { position, ruleset } : undefined;
      } catch {
        // Absent at the first start; unreadable is as good as absent, since the server has the truth.
        return undefined;
      }
    },
    write(stored) {
      next = stored;
      writing ??= drain();
    },
    idle: async () => writing,
  };
}

/** Writes beside the file and renames, so that a crash at any moment leaves the old text or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  // A name of its own: two processes may share the path, and neither may rename the other's half.
  const temporaryPath = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporaryPath, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}
