import type { LinkPlatform } from './platform.ts';

/** A request as a scripted bearer saw it. */
export interface ScriptedRequest {
  readonly at: number;
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly isAborted: boolean;
}

/** An open event stream that a test writes to. */
export interface ScriptedStream {
  readonly response: Response;
  /** Sends one event; its data is written as JSON. */
  send(type: string, data: unknown): void;
  /** Sends text as it is. */
  write(text: string): void;
  /** Ends the stream as a server does that closes it. */
  end(): void;
  /** Breaks the connection. */
  cut(): void;
}

/** A bearer whose answers a test decides; it keeps what it was asked. */
export interface ScriptedBearer {
  readonly fetch: LinkPlatform['fetch'];
  readonly requests: readonly ScriptedRequest[];
  /** Those of the stream route. */
  readonly streamRequests: readonly ScriptedRequest[];
  /** Those of the polled route. */
  readonly polls: readonly ScriptedRequest[];
}

/** Makes a bearer that answers by `script`; a script that throws is a server that cannot be reached. */
export function createScriptedBearer(
  now: () => number,
  script: (request: ScriptedRequest) => Response | Promise<Response>,
): ScriptedBearer {
  const requests: ScriptedRequest[] = [];
  return {
    requests,
    get streamRequests() {
      return requests.filter(({ url }) => url.includes('/stream/'));
    },
    get polls() {
      return requests.filter(({ url }) => url.includes('/connect/'));
    },
    fetch(url, init) {
      const { signal } = init;
      const request: ScriptedRequest = {
        at: now(),
        method: init.method ?? 'GET',
        url,
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === 'string' ? init.body : undefined,
        get isAborted() {
          return signal?.aborted ?? false;
        },
      };
      requests.push(request);
      return new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        Promise.resolve(request).then(script).then(resolve, reject);
      });
    },
  };
}

/** Makes a stream that is open until the test ends it. */
export function openScriptedStream(): ScriptedStream {
  const encoder = new TextEncoder();
  let isOpen = true;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      isOpen = false;
    },
  });
  const write = (text: string) => {
    if (isOpen) controller?.enqueue(encoder.encode(text));
  };
  return {
    response: new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } }),
    write,
    send: (type, data) => write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
    end() {
      isOpen = false;
      controller?.close();
    },
    cut() {
      isOpen = false;
      controller?.error(new Error('connection reset'));
    },
  };
}
