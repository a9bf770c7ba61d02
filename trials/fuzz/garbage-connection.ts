import { connect } from 'node:net';

/** What one connection brought. */
export interface GarbageAnswer {
  /** The status of every answer on it, in order. */
  readonly statuses: readonly number[];
  /** True when a 503 came without `Retry-After`. */
  readonly isBareRefusal: boolean;
  readonly end: 'closed' | 'reset' | 'left' | 'not connected';
}

/** How long to listen for more once there was an answer. */
const quietMs = 5;
/** How long to wait for a first answer before our half is closed, which asks for one; a cut request gets none before. */
const firstMs = 150;
/** How long to wait for anything at all after that, on a machine that is busy with all this. */
const lastMs = 3_000;

/**
 * Sends bytes and hears what comes back. Nothing that is sent comes back in an answer, so that status lines can be told
 * by their form. The connection is left as a crashing client leaves it, sometimes by a reset.
 */
export function sendGarbage({
  port,
  bytes,
  sourceAddress,
  isCut,
  isReset,
}: {
  readonly port: number;
  readonly bytes: Buffer;
  readonly sourceAddress: string;
  /** No answer can come before our half is closed. */
  readonly isCut: boolean;
  readonly isReset: boolean;
}): Promise<GarbageAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: sourceAddress, noDelay: true });
    let heard = '';
    let end: GarbageAnswer['end'] = 'not connected';
    const leave = () => {
      if (isReset) socket.resetAndDestroy();
      else socket.destroy();
    };
    const closeHalf = () => {
      socket.end();
      wait(lastMs, leave);
    };
    let timer: NodeJS.Timeout | undefined;
    const wait = (ms: number, then: () => void) => {
      clearTimeout(timer);
      timer = setTimeout(then, ms);
    };
    wait(10_000, leave);
    socket.on('connect', () => {
      end = 'left';
      socket.write(bytes, () => {
        if (isCut) closeHalf();
        else if (heard === '') wait(firstMs, closeHalf);
      });
    });
    socket.on('data', (chunk: Buffer) => {
      if (heard.length < 200_000) heard += chunk.toString('latin1');
      wait(quietMs, leave);
    });
    socket.on('end', () => (end = 'closed'));
    socket.on('error', () => {
      if (end !== 'not connected') end = 'reset';
    });
    socket.on('close', () => {
      clearTimeout(timer);
      const statuses = [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
      resolve({
        statuses,
        isBareRefusal: statuses.includes(503) && !/^retry-after: \d+/im.test(heard),
        end,
      });
    });
  });
}
