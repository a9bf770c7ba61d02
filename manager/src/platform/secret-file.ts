import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

/**
 * A secret that is made once and kept in a file that only this account can read (0600).
 *
 * Throws `StartError` when the folder cannot be written.
 */
export async function readOrMakeSecretFile({
  directory,
  name,
  make,
}: {
  readonly directory: string;
  readonly name: string;
  readonly make: () => string;
}): Promise<string> {
  const known = await readSecretFile({ directory, name });
  if (known !== undefined) return known;
  const secret = make();
  await writeSecretFile({ directory, name, secret });
  return secret;
}

/** The secret, or `undefined` when the file does not exist or is empty. */
export async function readSecretFile({
  directory,
  name,
}: {
  readonly directory: string;
  readonly name: string;
}): Promise<string | undefined> {
  const text = await readFile(join(directory, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new StartError(`Cannot read "${join(directory, name)}": ${error.message}`, { cause: error });
  });
  return text.trim() === '' ? undefined : text.trim();
}

/** Writes the secret beside its place and renames it, so that no crash leaves half of one. */
async function writeSecretFile({
  directory,
  name,
  secret,
}: {
  readonly directory: string;
  readonly name: string;
  readonly secret: string;
}): Promise<void> {
  const file = join(directory, name);
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(`${file}.partial`, `${secret}\n`, { mode: 0o600 });
    await rename(`${file}.partial`, file);
  } catch (cause) {
    throw new StartError(
      `Cannot keep data in "${directory}": ${(cause as Error).message}. Set FAUNA_DATA_DIR to a folder that this account may write to`,
      { cause },
    );
  }
}
