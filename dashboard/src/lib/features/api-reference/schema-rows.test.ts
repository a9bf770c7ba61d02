import { describe, expect, it } from 'vitest';
import type { Schema } from './reference.ts';
import { schemaRows, typeText } from './schema-rows.ts';

const schemas: Record<string, Schema> = {
  Key: { type: 'string', description: 'Names a thing.', maxLength: 64 },
  Match: {
    type: 'object',
    properties: {
      combine: { enum: ['all', 'any'] },
      conditions: { type: 'array', items: { $ref: '#/components/schemas/Condition' } },
    },
    required: ['combine', 'conditions'],
  },
  Condition: { anyOf: [{ type: 'object', properties: { negate: { type: 'boolean' } } }, ref('Match')] },
};

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

describe('schemaRows()', () => {
  it('lists members with what they are, those inside of others behind them', () => {
    const rows = schemaRows(
      {
        type: 'object',
        properties: {
          key: ref('Key'),
          page: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
          inner: { type: 'object', properties: { at: { type: 'string', format: 'date-time' } } },
        },
        required: ['key'],
      },
      schemas,
    );
    expect(rows).toEqual([
      {
        path: 'key',
        type: 'string',
        name: 'Key',
        isRequired: true,
        description: 'Names a thing.',
        limits: ['at most 64 characters'],
      },
      {
        path: 'page',
        type: 'integer',
        name: undefined,
        isRequired: false,
        description: undefined,
        limits: ['at least 1', 'at most 200', '50 unless told otherwise'],
      },
      expect.objectContaining({ path: 'inner', type: 'object' }),
      expect.objectContaining({ path: 'inner.at', limits: ['date-time'] }),
    ]);
  });

  it('ends with schemas that refer to themselves', () => {
    expect(schemaRows(ref('Match'), schemas).map(({ path }) => path)).toEqual([
      'combine',
      'conditions',
      'conditions[].negate',
    ]);
  });

  it('leaves out what is only carried back', () => {
    const schema = { type: 'object', properties: { id: { readOnly: true }, name: { type: 'string' } } };
    expect(schemaRows(schema, schemas).map(({ path }) => path)).toEqual(['name']);
  });
});

describe('typeText()', () => {
  it('says what a value can be', () => {
    expect(typeText({ enum: ['a', 1] }, schemas)).toBe('"a" | 1');
    expect(typeText({ anyOf: [{ type: 'string' }, { type: 'null' }] }, schemas)).toBe('string | null');
    expect(typeText({ type: 'array', items: ref('Match') }, schemas)).toBe('Match[]');
    expect(typeText(ref('Key'), schemas)).toBe('string');
    expect(typeText({}, schemas)).toBe('any');
  });
});
