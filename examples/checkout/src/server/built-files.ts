import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problem } from './problem.ts';

/** What the page loads. */
export interface PageEntry {
  readonly script: string;
  readonly styles: readonly string[];
}

/** The files that `vite build` made. */
export interface BuiltFiles {
  /** What the page loads; undefined before the first build, which needs no restart: it is read anew each time. */
  entry(): Promise<PageEntry | undefined>;
  /** One file of `assets`, or a problem. */
  read(name: string): Promise<Response>;
}

/** The same folder from the sources and from what is compiled of them. */
const folder = fileURLToPath(new URL('../../dist/web', import.meta.url));

/** Names as the build makes them. Whatever else is asked for, a path upwards included, is no file of ours. */
const namePattern = /^[A-Za-z0-9_-]+\.(js|css)$/;
const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const;

/** Looks where the build puts its files. */
export function createBuiltFiles(directory: string = folder): BuiltFiles {
  return {
    async entry() {
      const text = await readFile(join(directory, '.vite', 'manifest.json'), 'utf8').catch(() => '{}');
      const manifest: Record<string, { file: string; css?: string[]; isEntry?: boolean }> = JSON.parse(text);
      const entry = Object.values(manifest).find(({ isEntry }) => isEntry);
      return entry && { script: entry.file, styles: entry.css ?? [] };
    },
    async read(name) {
      const type = namePattern.exec(name)?.[1];
      if (type !== 'js' && type !== 'css') return problem(404, 'Cannot find this file');
      const bytes = await readFile(join(directory, 'assets', name)).catch(() => undefined);
      if (bytes === undefined) return problem(404, 'Cannot find this file');
      return new Response(new Uint8Array(bytes), {
        headers: {
          'content-type': types[type],
          // The name holds a digest of the content: another content has another name.
          'cache-control': 'public, max-age=31536000, immutable',
          'x-content-type-options': 'nosniff',
        },
      });
    },
  };
}
