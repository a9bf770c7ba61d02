/** The address of the other end of a connection. */
interface DenoAddress {
  readonly hostname?: string;
  readonly port?: number;
}

/** A server as Deno runs it. */
export interface DenoServer {
  readonly addr: DenoAddress;
  /** Takes no new connections, and resolves once open answers have ended. */
  shutdown(): Promise<void>;
}

/** What the bearer uses of Deno's own global: nothing else of it is known here. */
export interface DenoRuntime {
  readonly env: { get(name: string): string | undefined };
  readonly stdout: { isTerminal(): boolean };
  /** Lets the process end although the timer is pending. */
  unrefTimer(id: number): void;
  serve(
    options: {
      readonly hostname: string;
      readonly port: number;
      /** Ends the server and every connection at once. */
      readonly signal: AbortSignal;
      readonly onListen: () => void;
      readonly onError: (error: unknown) => Response;
    },
    handler: (request: Request, info: { readonly remoteAddr: DenoAddress }) => Response | Promise<Response>,
  ): DenoServer;
}

/** Deno itself. Throws where something else runs this file. */
export function denoRuntime(): DenoRuntime {
  const found = (globalThis as { readonly Deno?: DenoRuntime }).Deno;
  if (found === undefined) throw new Error('Cannot run here: this entry is for Deno');
  return found;
}
