import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The command that runs one of our sources as `npm run bearer` and `npm start` do, with a Node of one's choice. */
export function ourProgram(
  source: string,
  { node = process.execPath, pin = [] }: { readonly node?: string; readonly pin?: readonly string[] } = {},
): readonly string[] {
  const loader = import.meta.resolve('tsx');
  return [...pin, node, '--conditions=@fauna-flags/source', '--import', loader, `${root}${source}`];
}
