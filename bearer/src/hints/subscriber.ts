/** What one connection says of itself. Never called before `connect` has returned, nor after `destroy`. */
export interface SubscriberEvents {
  /** Something was published on the channel. */
  onMessage(message: string): void;
  /** The connection has ended, and why, as it may stand in a log. */
  onEnd(reason: string): void;
}

/**
 * One connection over which a channel is listened to. It lives once: what has failed or ended does not come back, and
 * whoever wants to listen on connects anew.
 */
export interface Subscriber {
  /**
   * Resolves once the server has acknowledged: whatever is published from then on is heard while the connection lives.
   * Rejects when there is no server, or when it refuses. Called once.
   */
  subscribe(channel: string): Promise<void>;
  /** Resolves when the other end has shown that this subscription lives. May stay silent for ever. */
  ping(): Promise<void>;
  /** Ends the connection at once, without asking the other end; may be called twice, and at any time. */
  destroy(): void;
}

/** Begins a connection; never throws. Two connections know nothing of each other. */
export type ConnectSubscriber = (events: SubscriberEvents) => Subscriber;
