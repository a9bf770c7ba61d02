import type { FlagBuilder } from '@fauna-flags/core/testing';
import { all, attribute, audience, flag, inAudience, ruleset } from '@fauna-flags/core/testing';
import { keyRegistryDocument } from '@fauna-flags/protocol';
import {
  clientKey,
  environmentId,
  registryOf,
  rulesetSnapshot,
  serverKey,
  snapshotOf,
} from '../../bearer/src/testing/documents.ts';

/** The keys that `storyDocuments` registers. */
export const storyKeys = { clientKey, serverKey } as const;

/** The classic story as managers would have published it: what to lay into a store for a bearer without a manager. */
export function storyDocuments({
  version = 1,
  flags = [],
}: {
  readonly version?: number;
  readonly flags?: readonly FlagBuilder[];
} = {}) {
  return [
    { documentId: keyRegistryDocument, snapshot: snapshotOf(registryOf(), { version }) },
    { documentId: environmentId, snapshot: rulesetSnapshot(storyRuleset({ version, flags })) },
  ] as const;
}

/** The ruleset of the story, with further flags. */
export function storyRuleset({
  version,
  flags,
}: {
  readonly version: number;
  readonly flags: readonly FlagBuilder[];
}) {
  return ruleset(
    flag('google-pay').on().rule('west', inAudience('west-coast-students'), 'on').serve('off'),
    flag('plain').on(),
    flag('hidden').on().hidden(),
    ...flags,
    {
      version,
      attributes: { state: 'string', student: 'boolean' },
      audiences: {
        'west-coast-students': audience(
          all(
            attribute('state', 'in', ['California', 'Oregon', 'Washington']),
            attribute('student', 'is', [true]),
          ),
        ),
      },
    },
  );
}
