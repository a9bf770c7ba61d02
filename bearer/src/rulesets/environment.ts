import type { Snapshot } from '@fauna-flags/protocol';
import { DocumentFollower } from '../documents/document-follower.ts';
import type { DocumentFollowerOptions } from '../documents/document-follower-options.ts';
import { StreamHub, type StreamHubOptions } from '../streams/stream-hub.ts';
import type { LiveRuleset } from './live-ruleset.ts';
import { RecentRulesets } from './recent-rulesets.ts';

/** One environment as this bearer serves it: its followed ruleset and its open streams. */
export class Environment {
  readonly id: string;
  readonly hub: StreamHub;
  readonly follower: DocumentFollower<LiveRuleset>;
  /** What it has served lately, the ruleset of this moment included. */
  readonly recent: RecentRulesets;

  /** `onChanged` is told after all streams. */
  constructor(
    id: string,
    {
      onChanged,
      ...options
    }: Omit<DocumentFollowerOptions<LiveRuleset>, 'documentId' | 'onApplied'> &
      StreamHubOptions & {
        readonly onChanged: () => void;
        /** Makes a ruleset ready that has been served before. */
        readonly revive: (snapshot: Snapshot) => LiveRuleset;
      },
  ) {
    this.id = id;
    this.recent = new RecentRulesets(options);
    this.hub = new StreamHub(options);
    this.follower = new DocumentFollower({
      ...options,
      documentId: id,
      onApplied: (live) => {
        this.recent.add(live);
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
