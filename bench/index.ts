/** Picks the benchmark: `npm run bench -- evaluate`. Each is loaded only when it is asked for. */
const benchmarks: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  evaluate: async (args) => (await import('./evaluate/evaluate.ts')).evaluate(args),
  connect: async (args) => (await import('./connect/connect.ts')).connect(args),
  commits: async (args) => (await import('./commits/commits.ts')).commits(args),
  lists: async (args) => (await import('./lists/lists.ts')).listsOfFlags(args),
  propagation: async (args) => (await import('./propagation/propagation.ts')).propagation(args),
  /** The clients that `propagation` starts in a process of their own. */
  'change-clients': async () => (await import('./propagation/change-clients.ts')).changeClients(),
  /** A bare Hono server: what `connect` starts as its floor. */
  hello: async (args) => (await import('./connect/hello.ts')).hello(args),
  streams: async (args) => (await import('./streams/streams.ts')).streams(args),
  'fan-out': async (args) => (await import('./fan-out/fan-out.ts')).fanOut(args),
  reconnects: async (args) => (await import('./reconnects/reconnects.ts')).reconnects(args),
  stalled: async (args) => (await import('./stalled/stalled.ts')).stalled(args),
  /** What these start: a server of streams, and its clients. */
  'stream-server': async (args) => (await import('./streams/server-process.ts')).serverProcess(args),
  'stream-clients': async () => (await import('./streams/client-process.ts')).clientProcess(),
  /** What `evaluate` starts for each engine; useful alone under a profiler. */
  engine: async (args) => (await import('./evaluate/engine-process.ts')).engineProcess(args),
};

const [name = '', ...args] = process.argv.slice(2);
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (benchmark === undefined) {
  console.error(`Cannot run benchmark "${name}": say "npm run bench -- evaluate"`);
  process.exitCode = 1;
} else {
  try {
    await benchmark(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    // What was started and could not be stopped would keep the process for ever.
    process.exit(1);
  }
}
