/**
 * Where one of our programs, named by its source below the project's root, lies packed as `npm start` and `npm run bearer`
 * pack it. Whoever runs tests or benchmarks has packed them before; a program that is not among them throws.
 */
export function packedProgram(source: string): string {
  const packed: Partial<Record<string, string>> = JSON.parse(process.env.FAUNA_PACKED ?? '{}');
  const program = packed[source];
  if (program === undefined)
    throw new Error(`Cannot start ${source}: it is not among the testPrograms of scripts/pack-programs.mjs`);
  return program;
}
