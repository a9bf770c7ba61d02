/** Everything a bearer bounds. Each bound protects the process from one client, one key or one slow link. */
export interface BearerLimits {
  /** Bodies beyond it are 413, before anything is parsed. */
  readonly bodyBytesMax: number;
  readonly urlBytesMax: number;
  /** How deep a body's JSON may nest; judged without recursion, since deep JSON breaks what recurses. */
  readonly jsonDepthMax: number;
  /** Members of one JSON object. */
  readonly jsonMembersMax: number;
  readonly jsonStringLengthMax: number;
  readonly jsonArrayLengthMax: number;
  /** Contexts beyond it get no handle: it would not fit into a URL. */
  readonly handleContextBytesMax: number;
  /** Open streams of the process. */
  readonly streamsMax: number;
  /** Open streams of one SDK key. A client key is shared by every browser, so this is a share of the process. */
  readonly streamsPerKeyMax: number;
  /** Open streams of one address; an office or a mobile network shares one. */
  readonly streamsPerAddressMax: number;
  /** New streams a second, with a burst of as many: what a reconnect storm may cost. */
  readonly acceptsPerSecondMax: number;
  /** Seconds over which refused streams are spread. */
  readonly retryAfterSecondsMax: number;
  /** Between two heartbeats of one stream. Proxies cut what is silent for 30 to 120 s. */
  readonly heartbeatMs: number;
  /** How long a stream may make no progress. */
  readonly undrainedMsMax: number;
  /** What may lie unsent when the next change comes; a `put` in flight is exempt, it is as large as the state. */
  readonly unsentBytesMax: number;
  /** How long one broadcast slice may hold the event loop. */
  readonly sliceMsMax: number;
  /** How many streams one slice may look at: on Workers time stands still while a request computes. */
  readonly sliceStreamsMax: number;
  /**
   * How old a stream may become, ±20 %, before it is told to come back elsewhere, so that a bearer that joins gets its
   * share. OFREP's streams are exempt.
   */
  readonly streamAgeMsMax: number;
  /** Between two comparisons with the source, ±20 %: what a lost hint costs at most. */
  readonly reconcileMs: number;
  /** The same while a document has never been read: a cold bearer should be ready within a second of its source. */
  readonly reconcileColdMs: number;
  /** How long one answer of a source may take. */
  readonly sourceTimeoutMs: number;
  /** Within which a source is asked once at most because SDKs claim to be ahead. */
  readonly confirmEveryMs: number;
  /** Over how long goodbyes are spread at the end. */
  readonly drainMs: number;
}

/** What a bearer does unless told otherwise. */
export const defaultBearerLimits: BearerLimits = {
  bodyBytesMax: 64 * 1024,
  urlBytesMax: 8 * 1024,
  jsonDepthMax: 20,
  jsonMembersMax: 500,
  jsonStringLengthMax: 4 * 1024,
  jsonArrayLengthMax: 1_000,
  handleContextBytesMax: 4 * 1024,
  streamsMax: 20_000,
  streamsPerKeyMax: 15_000,
  streamsPerAddressMax: 2_000,
  acceptsPerSecondMax: 2_000,
  retryAfterSecondsMax: 10,
  heartbeatMs: 20_000,
  undrainedMsMax: 10_000,
  unsentBytesMax: 64 * 1024,
  sliceMsMax: 8,
  sliceStreamsMax: 500,
  streamAgeMsMax: 30 * 60_000,
  reconcileMs: 10_000,
  reconcileColdMs: 500,
  sourceTimeoutMs: 5_000,
  confirmEveryMs: 1_000,
  drainMs: 2_000,
};
