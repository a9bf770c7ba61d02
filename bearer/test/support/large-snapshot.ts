import type { Snapshot } from '@fauna-flags/protocol';
import { snapshotOf } from '../../src/testing/documents.ts';

/** A snapshot that a disk does not take in one instant. */
export function largeSnapshot(version: number): Snapshot {
  return snapshotOf({ version, filler: String(version % 10).repeat(500_000) }, { epoch: 100, version });
}
