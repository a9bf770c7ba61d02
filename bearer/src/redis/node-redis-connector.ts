import { connect as connectTcp, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector } from 'ioredis';
import { tlsFor } from './driver-options.ts';
import type { RedisPlace } from './redis-address.ts';

/**
 * A connector of the driver that looks for the server anew for each connection. The driver's own ones for sentinels and
 * clusters are not used: they take rights that a bearer must not have (INFO), and that for clusters sends a command again
 * when a connection breaks under it, which nobody may do for us.
 */
export function nodeRedisConnector({
  find,
  tls,
  disconnectMsMax,
}: {
  readonly find: () => Promise<RedisPlace>;
  readonly tls: boolean;
  readonly disconnectMsMax: number;
}): new () => AbstractConnector {
  return class extends AbstractConnector {
    constructor() {
      super(disconnectMsMax);
    }

    async connect(): Promise<Socket> {
      this.connecting = true;
      try {
        const place = await find();
        if (!this.connecting) throw new Error(connectionClosed);
        const secure = tlsFor({ tls }, place).tls;
        const stream = secure === undefined ? connectTcp(place) : connectTls({ ...place, ...secure });
        this.stream = stream;
        return stream;
      } catch (error) {
        return this.#failed(error);
      }
    }

    /** The driver gives up for good when a connector rejects. A socket that has died makes it try again in its time. */
    #failed(error: unknown): Socket {
      this.firstError = error instanceof Error ? error : new Error(connectionClosed);
      const dead = new Socket();
      dead.destroy();
      return dead;
    }
  };
}

/** The driver keeps quiet about this one, as about any connection that was closed from our side. */
const connectionClosed = 'Connection is closed.';
