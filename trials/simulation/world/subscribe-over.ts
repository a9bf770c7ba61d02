import type { ConnectSubscriber } from '../../../bearer/src/hints/subscriber.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import type { SimulatedRedis } from './simulated-redis.ts';

/** Listens to a simulated Redis over a connection of its own. */
export function subscribeOver(network: Network, client: Machine, redis: SimulatedRedis): ConnectSubscriber {
  return (events) => {
    let isOver = false;
    const pending = new Set<(error: Error) => void>();
    const giveUp = (reason: string) => {
      isOver = true;
      for (const reject of pending) reject(new Error(reason));
      pending.clear();
    };
    const end = (reason: string) => {
      if (isOver) return;
      giveUp(reason);
      events.onEnd(reason);
    };
    /** Both questions are answered in order, by whoever holds the other end. */
    const ask = (work: () => void) =>
      new Promise<void>((resolve, reject) => {
        if (isOver) {
          reject(new Error('The connection has ended'));
          return;
        }
        pending.add(reject);
        connection.toServer(() => {
          work();
          connection.toClient(() => {
            pending.delete(reject);
            if (!isOver) resolve();
          });
        });
      });
    const connection = network.connect({
      client,
      server: redis.machine,
      opened: () => undefined,
      refused: () => end('Connection refused'),
    });
    connection.onClientReset = () => end('the connection ended');
    connection.onServerReset = () => redis.forget(connection);
    return {
      subscribe: (channel) =>
        ask(() =>
          redis.listen({
            connection,
            channel,
            onMessage: (message) => {
              if (!isOver) events.onMessage(message);
            },
          }),
        ),
      ping: () => ask(() => undefined),
      destroy: () => {
        giveUp('The connection was destroyed');
        connection.closeByClient();
      },
    };
  };
}
