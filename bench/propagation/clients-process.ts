import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Arrivals, ClientsOrder } from './change-clients.ts';

/** The process of the clients, as the benchmark talks with it: one order at a time. */
export interface ClientsProcess {
  /** Opens one stream for each of these requests and waits until all are answered. */
  open(group: {
    readonly name: string;
    readonly port: number;
    readonly heads: readonly string[];
  }): Promise<void>;
  /** When the streams of the group had the change that comes or came last. */
  arrivals(name: string): Promise<Arrivals>;
  close(name: string): Promise<void>;
  stop(): void;
}

/** Starts it. */
export function startClients(): ClientsProcess {
  const child = fork(fileURLToPath(new URL('../index.ts', import.meta.url)), ['change-clients']);
  const tell = (order: ClientsOrder) =>
    new Promise<unknown>((resolve, reject) => {
      const onExit = () => reject(new Error('The process of the clients has ended'));
      child.once('exit', onExit);
      child.once('message', (answer) => {
        child.off('exit', onExit);
        resolve(answer);
      });
      child.send(order);
    });
  return {
    async open(group) {
      await tell({ open: group });
    },
    arrivals: (name) => tell({ arrivals: name }) as Promise<Arrivals>,
    async close(name) {
      await tell({ close: name });
    },
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}
