import type { Schema } from './reference.ts';

/** One member of a schema, as a line of a table. */
export interface SchemaRow {
  /** `rules[].match`. */
  readonly path: string;
  readonly type: string;
  /** The named schema that it is, or is a list of. */
  readonly name: string | undefined;
  readonly isRequired: boolean;
  readonly description: string | undefined;
  /** Bounds and choices, in words. */
  readonly limits: readonly string[];
}

/** As deep as a table goes before it only names what lies there. */
const depthMax = 3;

/** The members of a schema, one a line, those inside of others behind them. What is only carried back is left out. */
export function schemaRows(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  { prefix = '', depth = 0, seen = [] as readonly string[] } = {},
): readonly SchemaRow[] {
  const name = nameOf(schema);
  if (name !== undefined && seen.includes(name)) return [];
  const within = { depth: depth + 1, seen: name === undefined ? seen : [...seen, name] };
  const is = resolve(schema, schemas);
  if (is.items !== undefined)
    return schemaRows(is.items, schemas, { ...within, prefix: `${prefix}[]`, depth });
  const branches = is.anyOf ?? is.oneOf;
  if (branches !== undefined)
    return branches.flatMap((branch) => schemaRows(branch, schemas, { ...within, prefix, depth }));
  const properties = Object.entries(is.properties ?? {}).filter(
    ([member, { readOnly }]) => readOnly !== true || is.required?.includes(member),
  );
  const members: readonly (readonly [string, Schema])[] =
    typeof is.additionalProperties === 'object' && properties.length === 0
      ? [['*', is.additionalProperties]]
      : properties;
  return members.flatMap(([member, inner]) => {
    const path = prefix === '' ? member : `${prefix}.${member}`;
    const row: SchemaRow = {
      path,
      type: typeText(inner, schemas),
      name: nameOf(inner) ?? nameOf(inner.items),
      isRequired: is.required?.includes(member) === true,
      description: inner.description ?? resolve(inner, schemas).description,
      limits: limitsOf(resolve(inner, schemas)),
    };
    return depth < depthMax ? [row, ...schemaRows(inner, schemas, { ...within, prefix: path })] : [row];
  });
}

/** A schema's type in a word or two. */
export function typeText(schema: Schema, schemas: Readonly<Record<string, Schema>>): string {
  const is = resolve(schema, schemas);
  if (is.enum !== undefined) return is.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (is.const !== undefined) return JSON.stringify(is.const);
  const branches = is.anyOf ?? is.oneOf;
  if (branches !== undefined)
    return [...new Set(branches.map((branch) => typeText(branch, schemas)))].join(' | ');
  if (is.type === 'array') return `${is.items === undefined ? 'any' : typeText(is.items, schemas)}[]`;
  if (is.type === undefined) return 'any';
  return nameOf(schema) !== undefined && is.type === 'object' ? (nameOf(schema) ?? 'object') : is.type;
}

function resolve(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const name = nameOf(schema);
  return name === undefined ? schema : (schemas[name] ?? schema);
}

function nameOf(schema: Schema | undefined): string | undefined {
  return schema?.$ref?.split('/').at(-1);
}

function limitsOf(schema: Schema): readonly string[] {
  const { minimum, maximum, minLength, maxLength, maxItems, format, default: usual } = schema;
  const isBound = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  return [
    ...(format === undefined ? [] : [format]),
    ...(isBound(minimum) ? [`at least ${minimum}`] : []),
    ...(isBound(maximum) ? [`at most ${maximum}`] : []),
    ...(minLength !== undefined && minLength > 0 ? [`at least ${minLength} characters`] : []),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems} items`]),
    ...(usual === undefined ? [] : [`${JSON.stringify(usual)} unless told otherwise`]),
  ];
}
