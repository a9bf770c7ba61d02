import { describe, expect, it } from 'vitest';
import { findOperations } from './find-operations.ts';
import type { ApiOperation } from './reference.ts';

const operation = (id: string, method: string, path: string): ApiOperation => ({
  id,
  method,
  path,
  group: 'Flags',
  summary: `What ${id} does`,
  description: '',
  permission: 'flag.read',
  role: 'viewer',
  parameters: [],
  body: undefined,
  answers: [],
});
const groups = [
  {
    name: 'Flags',
    description: '',
    operations: [operation('createFlag', 'POST', '/flags'), operation('getFlag', 'GET', '/flags/{flag}')],
  },
  { name: 'Audit', description: '', operations: [operation('listAudit', 'GET', '/audit')] },
];
const found = (text: string) =>
  findOperations(groups, text).flatMap(({ operations }) => operations.map(({ id }) => id));

describe('findOperations()', () => {
  it('leaves everything where nothing is looked for', () => {
    expect(findOperations(groups, '  ')).toBe(groups);
  });

  it('finds by words, paths, methods and groups, whatever their case', () => {
    expect(found('CREATE')).toEqual(['createFlag']);
    expect(found('/flags/')).toEqual(['getFlag']);
    expect(found('audit')).toEqual(['listAudit']);
    expect(found('get')).toEqual(['getFlag', 'listAudit']);
  });

  it('wants every word, and drops groups in which there is none', () => {
    expect(found('get flags')).toEqual(['getFlag']);
    expect(findOperations(groups, 'nothing of this')).toEqual([]);
  });
});
