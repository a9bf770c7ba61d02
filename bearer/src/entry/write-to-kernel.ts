import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';

/** A socket as Node makes it: what it stands on has a file descriptor where the system knows such things. */
interface SocketHandle {
  readonly fd?: number;
}

/**
 * Hands bytes to the kernel in one system call and answers how many it took. That is what `socket.write()` comes to as
 * well, after a request object, a callback and a turn of the tick queue, which for ten thousand streams is a third of what
 * a broadcast costs.
 *
 * Only for a socket that has nothing of its own to write (`writableLength` is 0), or the order would be lost. Whatever
 * keeps the kernel from taking bytes, a full buffer or a connection that is gone, is 0 here: `socket.write()` then waits
 * for the one and hears of the other.
 */
export function writeToKernel(socket: Socket, bytes: Uint8Array): number {
  const fd = (socket as { readonly _handle?: SocketHandle | null })._handle?.fd ?? -1;
  if (fd < 0) return 0;
  try {
    return writeSync(fd, bytes);
  } catch {
    return 0;
  }
}
