import { packedProgram } from '../../scripts/pack-programs.mjs';

/** The command that runs one of our programs as `npm run bearer` and `npm start` do, with a Node of one's choice. */
export function ourProgram(
  source: string,
  { node = process.execPath, pin = [] }: { readonly node?: string; readonly pin?: readonly string[] } = {},
): readonly string[] {
  return [...pin, node, packedProgram(source)];
}
