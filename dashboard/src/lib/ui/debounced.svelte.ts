/** A value that follows another one once that has stood still for a moment; made while a component is. */
export class Debounced<Value> {
  #current: Value;

  constructor(value: () => Value, delayMs = 180) {
    this.#current = $state.raw(value());
    $effect(() => {
      const next = value();
      const timer = setTimeout(() => {
        this.#current = next;
      }, delayMs);
      return () => clearTimeout(timer);
    });
  }

  get current(): Value {
    return this.#current;
  }
}
