import type { UsageRecord } from '@fauna-flags/protocol';

/** What a record holds of memory besides names, and each of its counts, some more rather than less. */
const recordBytes = 512;
const countBytes = 128;

/** About how many bytes of memory a record holds. */
export function heldBytesOf(record: UsageRecord): number {
  if ('use' in record) return recordBytes;
  let bytes = recordBytes;
  for (const { flag, variation = '' } of record.batch.counts)
    bytes += countBytes + 2 * (flag.length + variation.length);
  return bytes;
}
