import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
  return known ?? (await keepSecret({ directory, name, secret: make() }));
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
    throw new StartError(
      `Cannot read "${join(directory, name)}": ${error.message}. Give it to the account that runs Fauna, or set FAUNA_DATA_DIR to a folder of its own`,
      { cause: error },
    );
  });
  return text.trim() === '' ? undefined : text.trim();
}

/**
 * Writes the secret beside its place and links it there, so that no crash leaves half of one, and of two processes that
 * start together both use the one that came first. Answers the secret that counts.
 */
async function keepSecret({
  directory,
  name,
  secret,
}: {
  readonly directory: string;
  readonly name: string;
  readonly secret: string;
}): Promise<string> {
  const file = join(directory, name);
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(partial, `${secret}\n`, { mode: 0o600 });
    try {
      await link(partial, file);
      return secret;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const first = await readSecretFile({ directory, name });
      if (first !== undefined) return first;
      await rename(partial, file); // What was there was empty.
      return secret;
    } finally {
      await rm(partial, { force: true });
    }
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    throw new StartError(
      `Cannot keep data in "${directory}": ${(cause as Error).message}. Set FAUNA_DATA_DIR to a folder that this account may write to`,
      { cause },
    );
  }
}
