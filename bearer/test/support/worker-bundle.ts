import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './bearer-process.ts';

/** What would be deployed. */
export interface WorkerBundle {
  /** The Worker's one module. */
  readonly source: string;
  /** What wrangler has printed. */
  readonly output: string;
}

/** Packs the Worker as a deployment does, by the same command, which needs neither an account nor a network. */
export async function bundleWorker(config = 'wrangler.toml'): Promise<WorkerBundle> {
  const folder = await mkdtemp(join(tmpdir(), 'fauna-worker-'));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [
      join(projectRoot, 'node_modules/wrangler/bin/wrangler.js'),
      'deploy',
      '--dry-run',
      '--config',
      join(projectRoot, config),
      '--outdir',
      folder,
    ],
    {
      // Paths in its settings are read from where they lie, but for one, which is read from where it is started.
      cwd: dirname(join(projectRoot, config)),
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        CI: 'true',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_LOG_PATH: folder,
      },
    },
  );
  const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.js'));
  return { source: await readFile(join(folder, name), 'utf8'), output: stdout + stderr };
}
