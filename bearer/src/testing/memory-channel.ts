import type { ConnectSubscriber, SubscriberEvents } from '../hints/subscriber.ts';

type Health = 'well' | 'refuses' | 'silent';

/** Publish/subscribe in memory, whose connections break as a test wants. */
export class MemoryChannel {
  /** How the server does: `silent` takes connections and then says nothing, as behind a cable that was cut. */
  health: Health = 'well';
  /** How often somebody has connected. */
  connects = 0;
  readonly #listeners = new Map<SubscriberEvents, string>();

  readonly connect: ConnectSubscriber = (events) => {
    this.connects += 1;
    let isOpen = true;
    const answer = <T>(value: T) =>
      new Promise<T>((resolve, reject) => {
        if (!isOpen || this.health === 'refuses') reject(new Error('Connection refused'));
        else if (this.health === 'well') resolve(value);
      });
    const own: SubscriberEvents = {
      onMessage: (message) => events.onMessage(message),
      onEnd: (reason) => {
        isOpen = false;
        events.onEnd(reason);
      },
    };
    return {
      subscribe: async (channel) => {
        await answer(undefined);
        if (isOpen) this.#listeners.set(own, channel);
      },
      ping: () => answer(undefined),
      destroy: () => {
        isOpen = false;
        this.#listeners.delete(own);
      },
    };
  };

  /** Open subscriptions. */
  get size(): number {
    return this.#listeners.size;
  }

  /** What is published while the server is not well is lost. */
  publish(channel: string, message: string): void {
    if (this.health !== 'well') return;
    for (const [events, listened] of [...this.#listeners])
      if (listened === channel) events.onMessage(message);
  }

  cutAll(): void {
    for (const [events] of [...this.#listeners]) {
      this.#listeners.delete(events);
      events.onEnd('the connection ended');
    }
  }
}
