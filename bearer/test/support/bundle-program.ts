import { join } from 'node:path';
import { build } from 'vite';
import { projectRoot } from './bearer-process.ts';

/**
 * Packs a program of `bearer/test/programs` into one file of plain JavaScript in this folder, and answers where it is. Started so, a
 * process is there in a fraction of the time that it takes to compile it: for tests that start many.
 */
export async function bundleProgram(name: string, folder: string): Promise<string> {
  const conditions = ['@fauna-flags/source', 'node'];
  await build({
    configFile: false,
    root: projectRoot,
    logLevel: 'error',
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: join(projectRoot, `bearer/test/programs/${name}.ts`),
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  });
  return join(folder, `${name}.mjs`);
}
