/** Functions by event name. */
export interface Listeners<Events> {
  /** Adds a listener; the answer removes it. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
  /** Calls every listener. One that throws stops neither the others nor the caller: `onThrow` hears of it. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
  /** Removes them all. */
  clear(): void;
}

/** Makes an empty set of listeners. */
export function createListeners<Events>(
  onThrow: (thrown: unknown, name: keyof Events) => void,
): Listeners<Events> {
  const byName = new Map<keyof Events, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      // Wrapped, so that the same function given twice is two listeners, and each answer removes its own.
      const entry = (event: never) => listener(event);
      const entries = byName.get(name) ?? new Set();
      byName.set(name, entries.add(entry));
      return () => void entries.delete(entry);
    },
    emit(name, event) {
      for (const entry of [...(byName.get(name) ?? [])]) {
        try {
          entry(event as never);
        } catch (thrown) {
          onThrow(thrown, name);
        }
      }
    },
    clear() {
      byName.clear();
    },
  };
}
