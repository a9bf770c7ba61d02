/**
 * Makes something out of an object once and remembers it for as long as the object lives: for objects that never change and
 * that many rulesets share. Out of what is no object it is made anew each time.
 */
export function oncePerObject<Made>(make: (value: unknown) => Made): (value: unknown) => Made {
  const made = new WeakMap<object, { readonly of: Made }>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return make(value);
    const known = made.get(value) ?? { of: make(value) };
    made.set(value, known);
    return known.of;
  };
}
