import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectSubscriber, Subscriber } from './subscriber.ts';

/** A way to subscribe under contract, and the other end of it. */
export interface SubscriberFixture {
  readonly connect: ConnectSubscriber;
  publish(channel: string, message: string): Promise<void>;
  /** Ends every open connection from the other end. */
  cutAll(): Promise<void>;
}

let tests = 0;

/** What every subscriber keeps. `patience` is how long an event may take. */
export function subscriberContract(
  name: string,
  make: () => Promise<SubscriberFixture>,
  { patienceMs = 5_000 }: { readonly patienceMs?: number } = {},
): void {
  describe(`${name} keeps the contract of a subscriber`, () => {
    const open: Subscriber[] = [];
    // One for each test: in a cluster, what one has published may reach another node after the next has subscribed there.
    let channel = '';
    beforeEach(() => {
      tests += 1;
      channel = `{fauna}:n${tests}`;
    });
    afterEach(() => {
      for (const subscriber of open.splice(0)) subscriber.destroy();
    });

    function connected(fixture: SubscriberFixture) {
      const messages: string[] = [];
      const ends: string[] = [];
      const subscriber = fixture.connect({
        onMessage: (message) => messages.push(message),
        onEnd: (reason) => ends.push(reason),
      });
      open.push(subscriber);
      return { subscriber, messages, ends };
    }
    const eventually = { timeout: patienceMs, interval: 10 };

    it('hears what is published once it was acknowledged, in order and of its own channel only', async () => {
      const fixture = await make();
      const { subscriber, messages } = connected(fixture);
      await subscriber.subscribe(channel);
      await fixture.publish('{fauna}:other', 'not for us');
      await fixture.publish(channel, 'a 1 2 00000000');
      await fixture.publish(channel, 'b, with a comma');
      await expect.poll(() => messages.length, eventually).toBe(2);
      expect(messages).toEqual(['a 1 2 00000000', 'b, with a comma']);
    });

    it('answers pings while it lives', async () => {
      const { subscriber } = connected(await make());
      await subscriber.subscribe(channel);
      await subscriber.ping();
      await subscriber.ping();
    });

    it('says once that the other end is gone, with a reason', async () => {
      const fixture = await make();
      const { subscriber, ends } = connected(fixture);
      await subscriber.subscribe(channel);
      await fixture.cutAll();
      await expect.poll(() => ends.length, eventually).toBe(1);
      expect(ends[0]).not.toBe('');
      await expect(subscriber.ping()).rejects.toThrow();
    });

    it('says nothing any more once it was destroyed, also twice, and leaves others alone', async () => {
      const fixture = await make();
      const [gone, kept] = [connected(fixture), connected(fixture)];
      await gone.subscriber.subscribe(channel);
      await kept.subscriber.subscribe(channel);
      gone.subscriber.destroy();
      gone.subscriber.destroy();
      await fixture.publish(channel, 'late');
      await expect.poll(() => kept.messages, eventually).toEqual(['late']);
      expect([gone.messages, gone.ends]).toEqual([[], []]);
    });

    it('may be destroyed before it has begun', async () => {
      const { subscriber, messages, ends } = connected(await make());
      const subscribed = subscriber.subscribe(channel);
      subscriber.destroy();
      // Whether the acknowledgement was faster is nobody's concern any more.
      await subscribed.catch(() => {});
      expect([messages, ends]).toEqual([[], []]);
    });
  });
}
