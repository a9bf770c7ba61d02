// The health check of the images: ends with 0 when the process in the same container says that it is ready.
const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/readyz`, {
  signal: AbortSignal.timeout(3_000),
}).catch(() => undefined);
process.exitCode = answer?.ok ? 0 : 1;
