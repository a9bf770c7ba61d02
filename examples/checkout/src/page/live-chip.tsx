/** @jsxRuntime automatic */
import { useFaunaStatus } from '@fauna-flags/react';

/** How the page's flags are kept current, and how far they are. */
export function LiveChip() {
  const { state, position, error } = useFaunaStatus();
  // Before anything has gone wrong the connection is not lost: it is being made.
  const isConnecting = error === undefined && (state === 'cached' || state === 'offline');
  const version = position?.split('-')[1];
  return (
    <p
      className="live-chip"
      role="status"
      data-state={isConnecting ? 'connecting' : state}
      title={error?.message}
    >
      <span className="dot" aria-hidden="true" />
      {isConnecting ? 'Connecting' : names[state]}
      {version !== undefined && <span className="position"> version {version}</span>}
    </p>
  );
}

const names = { live: 'Live', polling: 'Polling', cached: 'Cached', offline: 'Offline' } as const;
