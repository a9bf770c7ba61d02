import { isJsonObject, type JsonObject } from './json-object.ts';

/** As deep as an example goes into what refers to itself. */
const depthMax = 8;

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-03-02T09:30:00.000Z',
  date: '2026-03-02',
  email: 'ada@example.com',
  uuid: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a00',
  uri: 'https://flags.example.com',
};

/** An example of a schema: the first that it gives itself, else one that is put together of its parts. */
export function exampleOf(schema: unknown, schemas: JsonObject, depth = 0): unknown {
  if (!isJsonObject(schema) || depth > depthMax) return null;
  if (typeof schema.$ref === 'string')
    return exampleOf(schemas[schema.$ref.replace('#/components/schemas/', '')], schemas, depth + 1);
  const [given] = listOf(schema.examples);
  if (given !== undefined) return given;
  if ('const' in schema) return schema.const;
  const [first] = [...listOf(schema.enum), ...('default' in schema ? [schema.default] : [])];
  if (first !== undefined) return first;
  const [branch] = listOf(schema.anyOf ?? schema.oneOf ?? schema.allOf);
  if (branch !== undefined) return exampleOf(branch, schemas, depth + 1);
  return ofType(schema, schemas, depth);
}

function ofType(schema: JsonObject, schemas: JsonObject, depth: number): unknown {
  switch (schema.type) {
    case 'object':
      return objectOf(schema, schemas, depth);
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, schemas, depth + 1)];
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return 'anything';
  }
}

function objectOf(schema: JsonObject, schemas: JsonObject, depth: number): unknown {
  const { properties, additionalProperties, propertyNames, required } = schema;
  const members = Object.entries(isJsonObject(properties) ? properties : {}).filter(
    // What is only carried back, and where a list goes on, would say nothing.
    ([name, member]) => listOf(required).includes(name) || (!isReadOnly(member) && name !== 'nextCursor'),
  );
  const more = isJsonObject(additionalProperties) && Object.keys(additionalProperties).length > 0;
  return Object.fromEntries([
    ...members.map(([name, member]) => [name, exampleOf(member, schemas, depth + 1)]),
    ...(more
      ? [
          [
            propertyNames === undefined ? 'example' : exampleOf(propertyNames, schemas, depth + 1),
            exampleOf(additionalProperties, schemas, depth + 1),
          ],
        ]
      : []),
  ]);
}

function textOf({ format, minLength }: JsonObject): string {
  if (typeof format === 'string' && formats[format] !== undefined) return formats[format];
  return 'text'.padEnd(typeof minLength === 'number' ? minLength : 0, '.');
}

function isReadOnly(schema: unknown): boolean {
  return isJsonObject(schema) && schema.readOnly === true;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
