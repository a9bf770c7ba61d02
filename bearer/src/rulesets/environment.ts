import { DocumentFollower } from '../documents/document-follower.ts';
import type { DocumentFollowerOptions } from '../documents/document-follower-options.ts';
import { StreamHub, type StreamHubOptions } from '../streams/stream-hub.ts';
import type { LiveRuleset } from './live-ruleset.ts';

/** One environment as this bearer serves it: its followed ruleset and its open streams. */
export class Environment {
  readonly id: string;
  readonly hub: StreamHub;
  readonly follower: DocumentFollower<LiveRuleset>;

  /** `onChanged` is told after all streams. */
  constructor(
    id: string,
    {
      onChanged,
      ...options
    }: Omit<DocumentFollowerOptions<LiveRuleset>, 'documentId' | 'onApplied'> &
      StreamHubOptions & { readonly onChanged: () => void },
  ) {
    this.id = id;
    this.hub = new StreamHub(options);
    this.follower = new DocumentFollower({
      ...options,
      documentId: id,
      onApplied: (live) => {
        this.hub.broadcast(live);
        onChanged();
      },
    });
  }

  /** The ruleset that is served; absent until the first one has been applied. */
  get live(): LiveRuleset | undefined {
    return this.follower.document;
  }
}
