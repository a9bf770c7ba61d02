import {
  affectedFlags,
  type CompiledRuleset,
  type Context,
  compile,
  type Evaluation,
} from '@fauna-flags/core';
import {
  type Answer,
  answer,
  type ConnectionOptions,
  createSession,
  type DataFrame,
  type Details,
  type SessionEvents,
  type Status,
} from '@fauna-flags/core/link';
import { re2Regex } from '@fauna-flags/core/re2';
import { patchRuleset } from './patch-ruleset.ts';
import { createRulesetFile } from './ruleset-file.ts';

/** What a server client is made of. The key is a server key: a secret, it obtains every rule of the environment. */
export interface ServerClientOptions extends ConnectionOptions {
  /** Where the last ruleset is kept (0600), so that a restart without a bearer still has its flags. */
  readonly cacheFile?: string;
}

/** The flags of an environment, kept current and evaluated in this process. */
export interface ServerClient {
  /** Resolves with the first ruleset (network or file), or after `initTimeoutMs`. Never rejects. */
  ready(): Promise<void>;
  /** The value for this user, or the default when there is none or it has another type. Never throws. */
  get<T>(key: string, context: Context, fallback: T): Answer<T>;
  /** The value with its variation, reason and rule. Never throws. */
  details<T>(key: string, context: Context, fallback: T): Details<Answer<T>>;
  /** Every flag for this user; empty before there is a ruleset. Never throws. */
  all(context: Context): Readonly<Record<string, Evaluation>>;
  /** Adds a listener; the answer removes it. `change` names the flags whose answer may differ for some user. */
  on<Name extends keyof SessionEvents>(
    name: Name,
    listener: (event: SessionEvents[Name]) => void,
  ): () => void;
  readonly status: Status;
  /** Ends the connection and every listener; the last ruleset stays usable. Resolves when the file is written. */
  close(): Promise<void>;
}

/** Makes a server client and begins to connect. Throws only on a url that is none. */
export function createServerClient(options: ServerClientOptions): ServerClient {
  const { cacheFile, key } = options;
  let ruleset: Readonly<Record<string, unknown>> | undefined;
  let compiled: CompiledRuleset | undefined;
  let savedPosition: string | undefined;
  const file =
    cacheFile === undefined ? undefined : createRulesetFile(cacheFile, key, (error) => session.report(error));

  const session = createSession({
    connection: options,
    streamPath: '/stream/server',
    pollPath: '/connect/server',
    exact: true,
    apply,
    holds: () => (compiled === undefined ? 'nothing' : 'current'),
    onFresh() {
      const { position } = session;
      if (file === undefined || position === undefined || position === savedPosition) return;
      savedPosition = position;
      file.write({ position, ruleset });
    },
  });

  function apply({ kind, data }: DataFrame): Iterable<string> {
    if (kind === 'patch') return replaceRuleset(patchRuleset(ruleset ?? {}, data));
    // What a put says about itself is no part of the ruleset that it brings.
    const { position: _, reset: __, ...received } = data;
    return replaceRuleset(received);
  }

  /** Answers the flags that the change can affect. Throws, and changes nothing, when it is no ruleset. */
  function replaceRuleset(next: Readonly<Record<string, unknown>>): Iterable<string> {
    const nextCompiled = compile(next, { regex });
    const changed = ruleset === undefined ? nextCompiled.flagKeys : affectedFlags(ruleset, next);
    ruleset = next;
    compiled = nextCompiled;
    return changed;
  }

  function start(): void {
    const stored = file?.read();
    savedPosition = stored?.position;
    try {
      const changed = stored && replaceRuleset(stored.ruleset as Readonly<Record<string, unknown>>);
      session.start(stored && changed && { position: stored.position, changed });
    } catch {
      // Written by another version, or by hand. The server has the truth.
      session.start();
    }
  }

  const isReady = session.wait();
  start();

  const details: ServerClient['details'] = (flagKey, context, fallback) =>
    answer(compiled?.evaluate(flagKey, context) ?? notReady, fallback, session.position);

  return {
    ready: () => isReady,
    get: (flagKey, context, fallback) => details(flagKey, context, fallback).value,
    details,
    all: (context) => compiled?.evaluateAll(context) ?? {},
    on: session.on,
    get status() {
      return session.status;
    },
    close() {
      session.close();
      return file?.idle() ?? Promise.resolve();
    },
  };
}

/** One for all clients of a process: it holds nothing. */
const regex = re2Regex();

const notReady = { reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' } as const;
