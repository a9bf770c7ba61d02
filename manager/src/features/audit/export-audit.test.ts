import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { auditCsvLine } from './audit-csv.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects', { key: 'gone', name: 'Gone' });
  await api.must('DELETE', '/projects/gone', undefined, anyRevision);
  await api.must('POST', '/projects/demo/flags', {
    key: 'checkout',
    name: '=1+1, "quoted"\nand more',
    kind: 'boolean',
  });
  await write(null, 'user.create', 1);
  const { id } = (await api.database.pool.query("SELECT id FROM projects WHERE key = 'demo'")).rows[0];
  await write(id, 'flag.update', 250);
});
afterAll(() => api.close());

const write = (project: string | null, action: string, count: number) =>
  api.database.pool.query(
    `INSERT INTO audit_entries (at, project_id, actor, action, entity_kind, entity_key, after)
     SELECT now(), $1, '@somebody', $2, 'flag', 'f' || n, json_build_object('n', n) FROM generate_series(1, $3::int) AS n`,
    [project, action, count],
  );

const ask = async (path: string) =>
  api.app.request(`/api/v1${path}`, { headers: { authorization: `Bearer ${adminToken}` } });

/** CSV as RFC 4180 reads it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe('an export of the audit trail', () => {
  it('is a JSON array of the entries that the list answers, over as many batches as it takes', async () => {
    const response = await ask('/projects/demo/audit/export?format=json');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="audit.json"');
    const text = await response.text();
    const entries = JSON.parse(text);
    expect(entries).toHaveLength(252);
    expect(text.split('\n')).toHaveLength(252 + 3);
    const { items } = await api.must('GET', '/projects/demo/audit?limit=200');
    expect(entries.slice(0, 200).map(({ project, ...entry }: { project: unknown }) => entry)).toEqual(items);
    expect(entries[0].project).toEqual({ id: expect.any(String), key: 'demo' });
  });

  it('is CSV as RFC 4180 has it, in which nothing is a formula', async () => {
    const response = await ask('/projects/demo/audit/export?format=csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"');
    const [header = [], ...rows] = readCsv(await response.text());
    expect(header.join(',')).toBe(
      'id,at,project,projectId,environment,actor,token,address,action,entityKind,entityKey,before,after,seq,hash',
    );
    expect(rows).toHaveLength(252);
    expect(rows.every((row) => row.length === header.length)).toBe(true);
    expect(rows[0]?.[5]).toBe("'@somebody");
    const created = rows.find((row) => row[8] === 'flag.create');
    expect(JSON.parse(created?.[12] ?? '')).toMatchObject({ name: '=1+1, "quoted"\nand more' });
  });

  it('takes the filters of the list', async () => {
    for (const [query, count] of [
      ['action=flag.create', 1],
      ['action=flag&actor=@somebody', 250],
      ['entity=flag:f7', 1],
      ['query=F25', 2],
      ['environment=staging', 0],
      ['since=2999-01-01', 0],
      ['until=2999-01-01', 252],
    ] as const) {
      expect(await (await ask(`/projects/demo/audit/export?format=json&${query}`)).json()).toHaveLength(
        count,
      );
      const csv = await (await ask(`/projects/demo/audit/export?format=csv&${query}`)).text();
      expect(readCsv(csv)).toHaveLength(count + 1);
    }
  });

  it('is refused without a format, with another one, with a filter that cannot be, and of no project', async () => {
    for (const query of ['', '?format=', '?format=xml', '?format=csv&since=yesterday'])
      expect((await ask(`/projects/demo/audit/export${query}`)).status).toBe(400);
    expect((await ask('/projects/none/audit/export?format=csv')).status).toBe(404);
  });

  it('reads no more of the database than is taken', async () => {
    const response = await ask('/audit/export?format=json');
    const reader = response.body?.getReader();
    await reader?.read();
    await api.asOwner('ALTER TABLE audit_entries RENAME TO audit_entries_away');
    try {
      // The rest is cut off where it cannot be read, and does not look whole.
      await expect(reader?.read()).rejects.toThrow();
    } finally {
      await api.asOwner('ALTER TABLE audit_entries_away RENAME TO audit_entries');
    }
    const cancelled = await ask('/audit/export?format=csv');
    await cancelled.body?.cancel();
    expect(Readable.isDisturbed(cancelled.body as never)).toBe(true);
  });

  it('has for every text one cell, which no spreadsheet takes for a formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",;\'a '.split('')) }), (text) => {
        const line = auditCsvLine({
          id: '1',
          at: '2030-01-01T00:00:00.000Z',
          project: null,
          environment: null,
          actor: text,
          token: null,
          address: '',
          action: 'a.b',
          entity: { kind: 'flag', key: 'k' },
          before: null,
          after: null,
          seq: 1,
          hash: '00',
        });
        const [row, ...more] = readCsv(line);
        expect(more).toEqual([]);
        expect(row).toHaveLength(15);
        const cell = row?.[5] ?? '';
        expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
        expect([text, `'${text}`]).toContain(cell);
      }),
    );
  });
});

describe('the audit trail of the installation', () => {
  const list = async (query: string) => (await api.must('GET', `/audit?limit=200${query}`)).items;
  const actions = (items: readonly { action: string }[]) => items.map(({ action }) => action);

  it('holds what happened in every project, in deleted ones, and to the installation itself', async () => {
    const all = await list('&actor=admin-token');
    expect(actions(all)).toEqual(['flag.create', 'project.delete', 'project.create', 'project.create']);
    expect(all[0].project).toEqual({ id: expect.any(String), key: 'demo' });
    expect(all[1].project).toEqual({ id: expect.any(String), key: null });
    const own = await list('&scope=installation');
    expect(actions(own)).toEqual(['user.create']);
    expect(own[0].project).toBe(null);
    const deleted = await list('&scope=deleted');
    expect(actions(deleted)).toEqual(['project.delete', 'project.create']);
    expect(await list(`&project=${deleted[0].project.id}`)).toEqual(deleted);
    expect(actions(await list('&project=demo&actor=admin-token'))).toEqual(['flag.create', 'project.create']);
    expect(await list('&project=none')).toEqual([]);
    expect(actions(await list('&action=project'))).toEqual([
      'project.delete',
      'project.create',
      'project.create',
    ]);
    expect((await api.call('GET', '/audit?scope=other')).status).toBe(400);
  });

  it('is paged and exported', async () => {
    const first = await api.must('GET', '/audit?limit=3&actor=admin-token');
    const rest = await api.must('GET', `/audit?limit=3&actor=admin-token&cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items]).toEqual(await list('&actor=admin-token'));
    expect(rest.nextCursor).toBeUndefined();
    const exported = await (await ask('/audit/export?format=json&scope=deleted')).json();
    expect(exported).toEqual(await list('&scope=deleted'));
  });
});
