/**
 * Where things lie in the store. All keys share one hash tag, because the compare-and-set script touches several of them
 * and a Redis Cluster refuses that across slots.
 */
export const storeKeys = {
  /** Hash `e v h payload ts`, and `s` where managers sign: one document's snapshot. */
  snapshot: (documentId: string) => `{fauna}:snap:${documentId}`,
  /** Hash document id → `e-v-h`: one cheap read to reconcile by. */
  positions: '{fauna}:positions',
  /** Channel of hints, `"documentId e v h8"`; never the payload. */
  hints: '{fauna}:n',
  /** String with EX: one bearer's heartbeat. */
  bearer: (bearerId: string) => `{fauna}:bearer:${bearerId}`,
  /** Stream of usage batches; see `usageRecordSchema`. */
  usage: '{fauna}:usage',
} as const;
