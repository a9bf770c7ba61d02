/** What leads to what: a node and the nodes it names. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * The shortest way from a node back to itself, or `undefined`. When a graph without cycles changes at one node, every
 * cycle there can be goes through that node.
 *
 * @example cycleThrough(graph, 'a') // ['a', 'b', 'a']
 */
export function cycleThrough(graph: Graph, start: string): string[] | undefined {
  const seen = new Set<string>();
  let ways: string[][] = [[start]];
  while (ways.length > 0) {
    const further: string[][] = [];
    for (const way of ways) {
      for (const next of graph.get(way.at(-1) ?? '') ?? []) {
        if (next === start) return [...way, next];
        if (seen.has(next)) continue;
        seen.add(next);
        further.push([...way, next]);
      }
    }
    ways = further;
  }
  return undefined;
}

/**
 * How many steps the longest way in a graph without cycles has. Asks each node once; recursion goes as deep as the way,
 * which grows by one node a write and is refused at ten.
 */
export function longestWay(graph: Graph): number {
  const depths = new Map<string, number>();
  const depthOf = (node: string): number => {
    const known = depths.get(node);
    if (known !== undefined) return known;
    const next = (graph.get(node) ?? []).map((to) => depthOf(to) + 1);
    const depth = Math.max(0, ...next);
    depths.set(node, depth);
    return depth;
  };
  return Math.max(0, ...[...graph.keys()].map(depthOf));
}
