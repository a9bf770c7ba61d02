import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Answer, toResponse } from '../answer.ts';
import type { RequestEnv } from '../request-env.ts';
import type { HangUp } from '../streams/readable-sink.ts';

/** What Node knows of a request: its own request and response, and what is read off them only when somebody asks. */
export class NodeRequestEnv implements RequestEnv {
  readonly incoming: IncomingMessage | Http2ServerRequest;
  readonly outgoing: ServerResponse | Http2ServerResponse;

  constructor({ incoming, outgoing }: Pick<NodeRequestEnv, 'incoming' | 'outgoing'>) {
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  get clientAddress(): string | undefined {
    return this.incoming.socket.remoteAddress;
  }

  get hangUp(): HangUp {
    return () => this.outgoing.destroy();
  }

  /** Writes to Node's own response, past the Response that the answer would be packed into and out of again. */
  send(answer: Answer): Response {
    const { outgoing } = this;
    if (!(outgoing instanceof ServerResponse)) return toResponse(answer);
    const { status, headers, body } = answer;
    if (body === null) {
      // A 304 has no length: one that is none of a body would be taken for that of the document.
      outgoing.writeHead(status, headers).end();
      return RESPONSE_ALREADY_SENT;
    }
    const length = Buffer.byteLength(body);
    outgoing.writeHead(status, { ...headers, 'Content-Length': length });
    // As many bytes as characters: it is ASCII, and need not be encoded character by character.
    if (typeof body === 'string') outgoing.end(body, length === body.length ? 'latin1' : 'utf8');
    else outgoing.end(body);
    return RESPONSE_ALREADY_SENT;
  }
}
