import type { Client, ClientOptions, Context } from '@fauna-flags/client';
import {
  createElement,
  type ReactElement,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
} from 'react';
import { createDeferredClient } from './deferred-client.ts';
import { createFlagStore } from './flag-store.ts';
import { createInitialFlags, type InitialValues } from './initial-flags.ts';
import { StoreContext } from './store-context.ts';
import { useKept } from './use-kept.ts';

interface SharedProps {
  /** What to answer on the server, while hydrating, and until the first values are in. Read once. */
  readonly initial?: InitialValues;
  readonly children?: ReactNode;
}

/** Either a client of your own, which you create, identify and close, or options for one that the provider looks after. */
export type FaunaProviderProps = SharedProps &
  (
    | { readonly client: Client; readonly options?: never; readonly context?: never }
    | {
        /**
         * Another `url` or `key` makes another client; all else is read once. `bootstrap` counts as `initial` too.
         */
        readonly options: ClientOptions;
        /** The user; wins over `options.context`. A changed one is the same client's new context. */
        readonly context?: Context;
        readonly client?: never;
      }
  );

/**
 * Gives flags to the components below. With `options` it connects after it is mounted (never on a server), follows
 * `context`, and disconnects when it is unmounted.
 *
 *     <FaunaProvider options={{ url: 'https://flags.example.com', key: 'fauna_cli_…' }} context={{ key: user.id }}>
 *       <App />
 *     </FaunaProvider>
 */
export function FaunaProvider(props: FaunaProviderProps): ReactElement {
  return props.client === undefined
    ? createElement(OwnClientProvider, props)
    : createElement(StoreProvider, props);
}

function OwnClientProvider({
  options,
  context = options.context ?? {},
  initial,
  children,
}: SharedProps & { readonly options: ClientOptions; readonly context?: Context | undefined }): ReactElement {
  const [, setHasStarted] = useState(false);
  const server = useKept([options.url, options.key]);
  const user = useKept(context);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another server or key is another client, and nothing else is.
  const client = useMemo(() => createDeferredClient({ ...options, context: user }), [server]);
  useBeforePaint(() => {
    client.start();
    // Values kept from last time are there at once. Components hear of them before the first paint because this update
    // makes React finish its effects first; they would otherwise show the default for one frame.
    setHasStarted(true);
    return () => client.stop();
  }, [client]);
  useEffect(() => {
    void client.identify(user);
  }, [client, user]);
  return createElement(StoreProvider, { client, initial, bootstrap: options.bootstrap }, children);
}

function StoreProvider({
  client,
  initial,
  bootstrap,
  children,
}: {
  readonly client: Client;
  readonly initial?: InitialValues | undefined;
  readonly bootstrap?: ClientOptions['bootstrap'] | undefined;
  readonly children?: ReactNode;
}): ReactElement {
  const [initialFlags] = useState(() => createInitialFlags(initial, bootstrap));
  const store = useMemo(() => createFlagStore({ client, initial: initialFlags }), [client, initialFlags]);
  return createElement(StoreContext.Provider, { value: store }, children);
}

/** React 18 warns of layout effects on servers, where none of the two ever runs. */
const useBeforePaint = typeof document === 'undefined' ? useEffect : useLayoutEffect;
