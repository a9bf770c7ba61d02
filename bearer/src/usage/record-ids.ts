/**
 * Makes names for usage records, each once: a random part that is this process's alone, and a count. `random` is uniform
 * in [0, 1); names are no secrets.
 */
export function recordIds(random: () => number): () => string {
  const part = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const process = `${part()}${part()}${part()}`;
  let made = 0;
  return () => `${process}-${(made++).toString(36)}`;
}
