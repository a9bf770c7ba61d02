import { Problem } from '@fauna-flags/protocol';
import { answerProblem } from '../middleware/respond.ts';
import type { RequestEnv } from '../request-env.ts';
import { denoRuntime } from './deno-runtime.ts';
import type { RunningServer } from './node-server.ts';
import { StartError } from './start-error.ts';

/** Listens on Deno's own server. Throws `StartError` when the port is in use or not ours to take. */
export async function listenOnDeno({
  host,
  port,
  fetch,
}: {
  readonly host: string;
  readonly port: number;
  readonly fetch: (request: Request, env: RequestEnv) => Response | Promise<Response>;
}): Promise<RunningServer> {
  const cut = new AbortController();
  const server = serve();
  return {
    port: server.addr.port ?? port,
    async close(patienceMs) {
      const timer = setTimeout(() => cut.abort(), patienceMs);
      await server.shutdown();
      clearTimeout(timer);
    },
  };

  function serve() {
    try {
      return denoRuntime().serve(
        { hostname: host, port, signal: cut.signal, onListen: () => {}, onError: refuse },
        (request, { remoteAddr }) => fetch(request, { clientAddress: remoteAddr.hostname }),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'it is refused';
      throw new StartError(
        `Cannot listen on ${host}:${port}: ${reason}. Set HOST and PORT to what is free, and allow it`,
        { cause: error },
      );
    }
  }
}

/** The application answers its own errors; this is for what never reached it. */
function refuse(): Response {
  return answerProblem(new Problem('internal', 'Cannot answer this request'), {
    style: 'problem',
    headers: {},
  });
}
