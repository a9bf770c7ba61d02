import { type CompiledRuleset, compile, type RegexPort } from '@fauna-flags/core';
import { formatPosition, type Position } from '@fauna-flags/core/link';
import { positionOf, type Snapshot, writeFrame } from '@fauna-flags/protocol';
import { type Parsed, parseReusing } from './parse-reusing.ts';

/**
 * One applied ruleset: the stored bytes, the compiled evaluator, and what every stream shares. Immutable, so that a
 * request that holds one sees a whole version, whatever is applied meanwhile.
 */
export class LiveRuleset {
  readonly position: Position;
  /** `epoch-version-hash8`. */
  readonly positionText: string;
  /** What it was made of. */
  readonly snapshot: Snapshot;
  /** The stored canonical JSON, byte for byte. */
  readonly payload: Uint8Array;
  /** The payload, parsed. */
  get ruleset(): unknown {
    return this.#parsed.value;
  }
  readonly compiled: CompiledRuleset;
  /** When it was read here. */
  readonly readAtMs: number;
  readonly #parsed: Parsed;
  #clientFlags: ReadonlySet<string> | undefined;
  #none: Uint8Array | undefined;
  #heartbeat: Uint8Array | undefined;

  /**
   * Throws when the payload is no ruleset. A single flag that cannot be read is an error of its own, as core judges. What is
   * as it was in `before`, another ruleset of the environment, is shared with that one.
   */
  constructor(
    snapshot: Snapshot,
    {
      regex,
      readAtMs = 0,
      before,
    }: {
      readonly regex?: RegexPort | undefined;
      readonly readAtMs?: number;
      readonly before?: LiveRuleset | undefined;
    } = {},
  ) {
    this.readAtMs = readAtMs;
    this.position = positionOf(snapshot);
    this.positionText = formatPosition(this.position);
    this.snapshot = snapshot;
    this.payload = snapshot.payload;
    this.#parsed = parseReusing(snapshot.payload, before === undefined ? undefined : before.#parsed);
    // Lazily, since most changes reach one flag, and streams ask for no other.
    this.compiled = compile(this.ruleset, { lazy: true, ...(regex !== undefined && { regex }) });
  }

  /** Whether client keys may know of this flag at all. */
  isClientVisible(flagKey: string): boolean {
    this.#clientFlags ??= new Set(this.compiled.clientFlagKeys);
    return this.#clientFlags.has(flagKey);
  }

  /** The frame that says: you are current. One for all streams. */
  get noneFrame(): Uint8Array {
    this.#none ??= this.#positionFrame('none');
    return this.#none;
  }

  /** The heartbeat at this position. One for all streams. */
  get heartbeatFrame(): Uint8Array {
    this.#heartbeat ??= this.#positionFrame('hb');
    return this.#heartbeat;
  }

  #positionFrame(event: 'none' | 'hb'): Uint8Array {
    const data = JSON.stringify({ position: this.positionText });
    return new TextEncoder().encode(writeFrame({ id: this.positionText, event, data }));
  }
}
