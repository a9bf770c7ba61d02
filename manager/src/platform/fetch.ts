/** Answers one request; `env` carries the runtime's own request, for handlers that need the socket. */
export type Fetch = (request: Request, env: unknown) => Response | Promise<Response>;
