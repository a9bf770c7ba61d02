import { gunzipSync } from 'node:zlib';
import { problemStatuses } from '@fauna-flags/protocol';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../../test/support/api.ts';
import {
  at,
  type DocumentedOperation,
  DocumentSchemas,
  dereference,
  documentedOperations,
  pointerTo,
} from '../../../test/support/open-api.ts';
import { type OpenApiDocument, openApiDocument } from './document.ts';

let api: TestApi;
let document: OpenApiDocument;
let operations: readonly DocumentedOperation[];
let schemas: DocumentSchemas;
beforeAll(async () => {
  api = await createTestApi();
  const response = await api.app.request('/api/openapi.json');
  expect(response.status).toBe(200);
  document = (await response.json()) as OpenApiDocument;
  operations = documentedOperations(document);
  schemas = new DocumentSchemas(document);
});
afterAll(() => api.close());

/** Everything in the document, with where it is. */
function* everything(
  value: unknown,
  path: readonly string[] = [],
): Generator<{ readonly value: unknown; readonly path: readonly string[] }> {
  yield { value, path };
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) yield* everything(member, [...path, name]);
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...structuredClone(document) })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('would not be found valid if it were not', async () => {
    const [{ path, method } = { path: '', method: '' }] = operations;
    const broken = structuredClone(document) as { paths: Record<string, Record<string, object>> };
    Object.assign(broken.paths[path]?.[method.toLowerCase()] ?? {}, {
      parameters: [{ name: 'x', in: 'air' }],
    });
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('describes every operation of the API and nothing else', () => {
    const described = operations.map(({ method, path }) => `${method} ${path}`).sort();
    const real = api.operations.map(
      ({ method, path }) => `${method} /api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    expect(described).toEqual(real.sort());
  });

  it('gives every operation an id of its own, a tag that is described, a summary and who may ask', () => {
    const ids = operations.map(({ is }) => is.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = new Map(
      (document.tags as { name: string; description: string }[]).map((tag) => [tag.name, tag.description]),
    );
    for (const { is } of operations) {
      expect(is.operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect(is.summary, is.operationId).toMatch(/^[A-Z].+[^.]$/);
      expect(is.description, is.operationId).toMatch(/\.$/);
      expect(is.tags, is.operationId).toHaveLength(1);
      expect(tags.get(is.tags[0]), is.operationId).toMatch(/\.$/);
      const permissions = [
        'anyone',
        'somebody',
        'session',
        ...Object.keys(document['x-permissions'] as object),
      ];
      expect(permissions, is.operationId).toContain(is['x-permission']);
    }
    expect(new Set(operations.map(({ is }) => is.tags[0]))).toEqual(new Set(tags.keys()));
  });

  it('describes every parameter, those of paths with an example that fits', () => {
    for (const { is, path } of operations) {
      const inPath = is.parameters.filter((each: { in: string }) => each.in === 'path');
      expect(inPath.map(({ name }: { name: string }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      for (const parameter of is.parameters) {
        expect(parameter.description, `${is.operationId} ${parameter.name}`).toMatch(/\.$/);
        if (parameter.in === 'path') expect(parameter.example).toMatch(new RegExp(parameter.schema.pattern));
      }
    }
  });

  it('describes If-Match wherever it can be too old, and asks for it where nothing is done without', () => {
    for (const { is } of operations) {
      const ifMatch = is.parameters.find(({ name }: { name: string }) => name === 'If-Match');
      expect([is.operationId, ifMatch !== undefined]).toEqual([is.operationId, '412' in is.responses]);
    }
    const isRequired = (id: string) =>
      operations
        .find(({ is }) => is.operationId === id)
        ?.is.parameters.find(({ name }: { name: string }) => name === 'If-Match').required;
    expect([isRequired('putConfiguration'), isRequired('copyConfiguration')]).toEqual([true, false]);
  });

  it('points only at what is there', () => {
    const references = [...everything(document)].filter(({ path }) => path.at(-1) === '$ref');
    expect(references.length).toBeGreaterThan(100);
    for (const { value, path } of references)
      expect(at(document, String(value)), `${path.join('/')} → ${value}`).toBeDefined();
    const used = new Set(references.map(({ value }) => value));
    for (const name of Object.keys(document.components.schemas))
      expect(used, name).toContain(`#/components/schemas/${name}`);
  });

  it('names its schemas as people would, and the same way each time', () => {
    const names = Object.keys(document.components.schemas);
    expect(names).toEqual(
      expect.arrayContaining(['Flag', 'CreateFlag', 'Configuration', 'Match', 'MatchInput']),
    );
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    const again = openApiDocument({ operations: api.operations, version: '0.0.0' });
    expect(JSON.stringify(again)).toBe(JSON.stringify(document));
    const backwards = openApiDocument({ operations: api.operations.toReversed(), version: '0.0.0' });
    expect(backwards.components.schemas).toEqual(document.components.schemas);
  });

  it('shows an example of everything that is sent and answered, each as its schema wants it', () => {
    let shown = 0;
    for (const { method, path, is } of operations) {
      const here = ['paths', path, method.toLowerCase()];
      const { requestBody, responses } = is;
      const contents = [
        ...(requestBody === undefined ? [] : [[...here, 'requestBody', 'content']]),
        ...Object.entries<{ $ref?: string; content?: object }>(responses).flatMap(([status, response]) =>
          response.content === undefined ? [] : [[...here, 'responses', status, 'content']],
        ),
      ];
      for (const content of contents) {
        const media = at(document, pointerTo(...content));
        for (const [type, { example }] of Object.entries(media as Record<string, { example: unknown }>)) {
          if (type !== 'application/json') continue;
          expect(example, content.join(' ')).toBeDefined();
          const wrong = schemas.wrong(pointerTo(...content, type, 'schema'), example);
          expect(wrong, `${content.join(' ')}: ${JSON.stringify(example)}`).toBeUndefined();
          shown += 1;
        }
      }
      if (requestBody !== undefined) expect(Object.keys(requestBody.content)).toEqual(['application/json']);
    }
    expect(shown).toBeGreaterThan(50);
  });

  it('has no example anywhere that its schema would refuse', () => {
    const inSchemas = [...everything(document.components.schemas, ['components', 'schemas'])].filter(
      ({ path, value }) => path.at(-1) === 'examples' && Array.isArray(value) && path.at(-2) !== 'properties',
    );
    expect(inSchemas.length).toBeGreaterThan(20);
    for (const { path, value } of inSchemas) {
      for (const example of value as unknown[])
        expect(schemas.wrong(pointerTo(...path.slice(0, -1)), example), path.join('/')).toBeUndefined();
    }
  });

  it('explains every refusal, with an example of each code', () => {
    const seen = new Set<string>();
    for (const { is } of operations) {
      for (const [status, reference] of Object.entries(is.responses)) {
        if (Number(status) < 400) continue;
        const { $ref } = reference as { $ref: string };
        const { description, content } = dereference(document, reference);
        const { schema, examples } = content['application/problem+json'];
        expect(Object.keys(examples)).toEqual(schema.properties.code.enum);
        for (const [code, { value }] of Object.entries<{ value: unknown }>(examples)) {
          seen.add(code);
          expect(problemStatuses[code as keyof typeof problemStatuses]).toBe(Number(status));
          expect(description).toContain(`\`${code}\`: `);
          const pointer = pointerTo('components', 'responses', $ref.split('/').at(-1) ?? '', 'content');
          const wrong = schemas.wrong(
            `${pointer}${pointerTo('application/problem+json', 'schema').slice(1)}`,
            value,
          );
          expect(wrong, code).toBeUndefined();
        }
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining(['in_use', 'key_taken', 'stale_revision', 'confirm']));
    expect(seen).not.toContain('internal');
  });

  it('judges by its schemas: what they refuse is found wrong', () => {
    const create = pointerTo('components', 'schemas', 'CreateFlag');
    expect(schemas.wrong(create, { key: 'a', name: 'A', kind: 'boolean' })).toBeUndefined();
    expect(schemas.wrong(create, { key: 'a', name: 'A', kind: 'maybe' })).toContain('/kind');
    expect(schemas.wrong(create, { key: 'a', name: 'A', kind: 'boolean', colour: 1 })).toContain(
      'additional',
    );
  });
});

describe('GET /api/openapi.json', () => {
  it('may be kept by whoever asks whether it is still the same', async () => {
    const first = await api.app.request('/api/openapi.json');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect(first.headers.get('content-type')).toBe('application/json');
    expect(first.headers.get('vary')).toContain('Accept-Encoding');
    for (const sent of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await api.app.request('/api/openapi.json', { headers: { 'if-none-match': sent } });
      expect([sent, again.status, await again.text()]).toEqual([sent, 304, '']);
    }
    const other = await api.app.request('/api/openapi.json', { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
  });

  it('answers the same compressed to whoever takes that', async () => {
    const response = await api.app.request('/api/openapi.json', {
      headers: { 'accept-encoding': 'br, gzip' },
    });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('etag')).toMatch(/-gzip"$/);
    const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString('utf8');
    expect(JSON.parse(text)).toEqual(document);
    const plain = await api.app.request('/api/openapi.json', { headers: { 'accept-encoding': 'gzip;q=0' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });
});
