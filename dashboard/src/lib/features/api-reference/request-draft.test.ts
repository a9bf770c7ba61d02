import { describe, expect, it } from 'vitest';
import type { ApiOperation } from './reference.ts';
import { curlOf, headersOf, startDraft, urlOf } from './request-draft.ts';

const patchFlag: ApiOperation = {
  id: 'patchFlag',
  method: 'PATCH',
  path: '/api/v1/projects/{project}/flags/{flag}',
  group: 'Flags',
  summary: 'Change a flag',
  description: '',
  permission: 'flag.write',
  role: 'editor',
  parameters: [
    { name: 'project', in: 'path', required: true, description: '', schema: {}, example: 'shop' },
    { name: 'flag', in: 'path', required: true, description: '', schema: {}, example: 'google-pay' },
    { name: 'If-Match', in: 'header', required: true, description: '', schema: {}, example: '"3"' },
    { name: 'X-Confirm', in: 'header', required: false, description: '', schema: {}, example: 'production' },
    { name: 'dry', in: 'query', required: false, description: '', schema: {} },
  ],
  body: { schema: {}, example: { name: "Ada's flag" }, required: true },
  answers: [],
};

describe('a request draft', () => {
  it('begins with what a request must have, for whatever revision is there', () => {
    expect(startDraft(patchFlag)).toEqual({
      values: {
        'path:project': 'shop',
        'path:flag': 'google-pay',
        'header:If-Match': '*',
        'header:X-Confirm': '',
        'query:dry': '',
      },
      body: '{\n  "name": "Ada\'s flag"\n}',
    });
  });

  it('fills in paths and queries so that nothing in them reaches into another resource', () => {
    const draft = { values: { 'path:project': 'a/b', 'path:flag': '?', 'query:dry': 'a&b=c' }, body: '' };
    expect(urlOf(patchFlag, draft)).toBe('/api/v1/projects/a%2Fb/flags/%3F?dry=a%26b%3Dc');
    expect(headersOf(patchFlag, draft)).toEqual([]);
  });

  it('becomes a command whose values mean nothing to a shell', () => {
    expect(curlOf(patchFlag, startDraft(patchFlag), 'https://flags.example.com')).toBe(
      [
        "curl -X PATCH 'https://flags.example.com/api/v1/projects/shop/flags/google-pay' \\",
        '  -H "Authorization: Bearer $FAUNA_TOKEN" \\',
        "  -H 'If-Match: *' \\",
        "  -H 'Content-Type: application/json' \\",
        `  -d '{\n  "name": "Ada'\\''s flag"\n}'`,
      ].join('\n'),
    );
  });

  it('carries no token where anyone may ask', () => {
    const open: ApiOperation = { ...patchFlag, method: 'GET', permission: 'anyone', body: undefined };
    expect(curlOf(open, { values: {}, body: '' }, 'http://x')).toBe(
      "curl 'http://x/api/v1/projects//flags/'",
    );
  });
});
