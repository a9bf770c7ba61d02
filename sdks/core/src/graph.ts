/** What leads to what: a node and the nodes it names. Names that are no nodes of the graph lead nowhere. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * The nodes that lie on a cycle, those that lead to themselves included. Nodes that merely lead to a cycle are not.
 *
 * Tarjan's strongly connected components with a stack of its own: a chain of 5,000 flags must not exhaust the call stack.
 */
export function nodesOnCycles(graph: Graph): Set<string> {
  const onCycles = new Set<string>();
  for (const component of componentsOf(graph)) {
    const [only] = component;
    if (component.length > 1 || (only !== undefined && graph.get(only)?.includes(only) === true))
      for (const node of component) onCycles.add(node);
  }
  return onCycles;
}

/**
 * How many steps the longest way from each node has. Nodes in `excluded` lead nowhere, and the rest of the graph must
 * have no cycle.
 */
export function depthsOf(graph: Graph, excluded: ReadonlySet<string>): Map<string, number> {
  const depths = new Map<string, number>();
  // A component comes after all that it leads to, so that the depths it needs are always there.
  for (const component of componentsOf(graph)) {
    for (const node of component) {
      if (excluded.has(node)) continue;
      let depth = 0;
      for (const next of graph.get(node) ?? []) {
        const below = depths.get(next);
        if (below !== undefined) depth = Math.max(depth, below + 1);
      }
      depths.set(node, depth);
    }
  }
  return depths;
}

/**
 * One cycle as the way around it, the first node repeated at the end; undefined when there is none. It begins at `from`
 * when a cycle leads there, else at the first of the nodes that lie on one.
 *
 * @example findCycle(new Map([['a', ['b']], ['b', ['a']]])) // ['a', 'b', 'a']
 */
export function findCycle(graph: Graph, from?: string): string[] | undefined {
  const onCycles = nodesOnCycles(graph);
  const [first] = [...onCycles].sort();
  const start = from !== undefined && onCycles.has(from) ? from : first;
  if (start === undefined) return undefined;
  // Breadth first from the start back to itself gives the shortest way, which is the easiest to understand.
  const cameFrom = new Map<string, string>();
  let frontier = [start];
  while (frontier.length > 0) {
    const further: string[] = [];
    for (const node of frontier) {
      for (const next of graph.get(node) ?? []) {
        if (next === start) return wayBack(cameFrom, start, node);
        if (!onCycles.has(next) || cameFrom.has(next)) continue;
        cameFrom.set(next, node);
        further.push(next);
      }
    }
    frontier = further;
  }
  return undefined;
}

function wayBack(cameFrom: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const way = [start];
  for (let node: string | undefined = end; node !== undefined && node !== start; node = cameFrom.get(node))
    way.push(node);
  way.push(start);
  return way.reverse();
}

interface Visit {
  readonly node: string;
  readonly place: number;
  readonly next: readonly string[];
  followed: number;
  lowest: number;
}

function componentsOf(graph: Graph): string[][] {
  const components: string[][] = [];
  const places = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const visits: Visit[] = [];

  const enter = (node: string): void => {
    const place = places.size;
    places.set(node, place);
    open.push(node);
    isOpen.add(node);
    visits.push({ node, place, next: graph.get(node) ?? [], followed: 0, lowest: place });
  };

  for (const root of graph.keys()) {
    if (places.has(root)) continue;
    enter(root);
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const next = visit.next[visit.followed];
      if (next !== undefined) {
        visit.followed += 1;
        const place = places.get(next);
        if (place === undefined && graph.has(next)) enter(next);
        else if (place !== undefined && isOpen.has(next)) visit.lowest = Math.min(visit.lowest, place);
        continue;
      }
      visits.pop();
      const parent = visits.at(-1);
      if (parent !== undefined) parent.lowest = Math.min(parent.lowest, visit.lowest);
      if (visit.lowest === visit.place) {
        const component = open.splice(open.lastIndexOf(visit.node));
        for (const node of component) isOpen.delete(node);
        components.push(component);
      }
    }
  }
  return components;
}
