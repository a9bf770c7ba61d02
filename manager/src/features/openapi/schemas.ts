import { z } from 'zod';
import { isJsonObject, type JsonObject } from './json-object.ts';

type Direction = 'input' | 'output';
type NameOf = (direction: Direction, id: string) => string;

/**
 * The schemas of a document, each written once under the `id` that it carries and referred to from everywhere else. What
 * has the same id in requests and in answers, but is not the same there, is `<id>Request` in requests; which one is which
 * does not depend on the order in which they are met.
 */
export class Schemas {
  readonly #met: Readonly<Record<Direction, Map<string, JsonObject>>> = {
    input: new Map(),
    output: new Map(),
  };

  /** What stands for a schema in the document, until `resolve()` has given every schema its name. */
  refer(schema: z.ZodType, direction: Direction): JsonObject {
    // Inside of something else, a schema that refers to itself does so by its name and not as "the whole document".
    const { $defs, properties } = z.toJSONSchema(z.object({ schema }), {
      io: direction,
      unrepresentable: 'any',
    }) as JsonObject;
    for (const [id, definition] of Object.entries(($defs ?? {}) as JsonObject)) {
      if (id.startsWith('__'))
        throw new Error('Cannot describe a schema that refers to itself without an id');
      this.#keep(direction, id, definition as JsonObject);
    }
    return pointed((properties as JsonObject).schema, direction) as JsonObject;
  }

  /** Every schema by its name, and the document with each reference pointed at one of them. */
  resolve(document: JsonObject): { readonly document: JsonObject; readonly schemas: JsonObject } {
    const nameOf = this.#names();
    const schemas = new Map<string, unknown>();
    for (const direction of ['output', 'input'] as const) {
      for (const [id, definition] of this.#met[direction])
        schemas.set(nameOf(direction, id), named(definition, nameOf));
    }
    return {
      document: named(document, nameOf) as JsonObject,
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }

  #keep(direction: Direction, id: string, { id: _, ...definition }: JsonObject): void {
    const kept = pointed(definition, direction) as JsonObject;
    const known = this.#met[direction].get(id);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(kept))
      throw new Error(`Cannot describe two schemas by the name "${id}": give one of them another id`);
    this.#met[direction].set(id, kept);
  }

  /** A schema differs between directions where it says something else, or refers to one that does. */
  #names(): NameOf {
    const { input, output } = this.#met;
    const differing = new Set<string>();
    const textOf = (definition: JsonObject) =>
      JSON.stringify(named(definition, (direction, id) => (differing.has(id) ? `${id} ${direction}` : id)));
    for (let before = -1; before !== differing.size; ) {
      before = differing.size;
      for (const [id, definition] of input) {
        const other = output.get(id);
        if (other !== undefined && textOf(definition) !== textOf(other)) differing.add(id);
      }
    }
    return (direction, id) => (direction === 'input' && differing.has(id) ? `${id}Request` : id);
  }
}

/** Until names are given, a reference says in which direction its schema was met. */
function pointed(value: unknown, direction: Direction): unknown {
  return withReferences(value, (reference) => reference.replace('#/$defs/', `#/${direction}/`));
}

function named(value: unknown, nameOf: NameOf): unknown {
  return withReferences(value, (reference) => {
    const [, direction, id] = /^#\/(input|output)\/(.+)$/.exec(reference) ?? [];
    return id === undefined ? reference : `#/components/schemas/${nameOf(direction as Direction, id)}`;
  });
}

function withReferences(value: unknown, change: (reference: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withReferences(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === '$ref' && typeof member === 'string' ? change(member) : withReferences(member, change),
    ]),
  );
}
