/** Few enough that requests meet again. */
const keptMax = 25;

/**
 * What only answers tell: the ids of what was made, the tokens of links, the cursors of lists. Requests carry places for
 * them, `~sdk-keys:7~`, so that the same requests can be made up again before anything was answered.
 */
export class ToldWords {
  readonly #words = new Map<string, string[]>();

  /** What stands in a request for one of the words of a kind. */
  static place(kind: string, at: number): string {
    return `~${kind}:${at}~`;
  }

  /** The kind of the ids that lie at a path: its last collection. */
  static kindOf(path: string): string {
    const [plain = ''] = path.split('?', 1);
    return plain.split('/').findLast((part) => /^[a-z-]+s$/.test(part)) ?? 'none';
  }

  /** Keeps what an answer tells of what lies at a path. */
  hear(path: string, answer: unknown): void {
    const kind = ToldWords.kindOf(path);
    for (const each of [answer, ...itemsOf(answer)]) {
      const { id, kid, token, nextCursor } = each as Readonly<Record<string, unknown>>;
      this.#keep(kind, kid ?? id);
      this.#keep('token', token);
      this.#keep('cursor', nextCursor);
    }
  }

  /** A text with words in all its places. */
  fillIn(text: string): string {
    return text.replaceAll(/~([a-z-]+):(\d+)~/g, (_, kind: string, at: string) => {
      const words = this.#words.get(kind) ?? [];
      return words[Number(at) % Math.max(1, words.length)] ?? 'none';
    });
  }

  #keep(kind: string, word: unknown): void {
    if (typeof word !== 'string') return;
    const words = this.#words.get(kind) ?? [];
    if (words.includes(word)) return;
    words.push(word);
    if (words.length > keptMax) words.shift();
    this.#words.set(kind, words);
  }
}

function itemsOf(answer: unknown): readonly unknown[] {
  const isList = typeof answer === 'object' && answer !== null && 'items' in answer;
  return isList && Array.isArray(answer.items) ? answer.items : [];
}
