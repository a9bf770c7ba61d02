import { describe, expect, it } from 'vitest';
import { ApiProblem, errorAt, errorsBelow, problemOf, readProblem } from './problem.ts';

describe('readProblem()', () => {
  it('reads a problem document with all that it carries', async () => {
    const body = {
      type: 'urn:fauna:problem:in_use',
      title: 'In use',
      status: 409,
      code: 'in_use',
      detail: 'Cannot delete attribute "state": it is in use',
      usedBy: [{ kind: 'flag', key: 'google-pay' }],
    };
    const response = Response.json(body, { status: 409, headers: { 'retry-after': '3' } });
    expect(await readProblem(response)).toMatchObject({
      status: 409,
      code: 'in_use',
      message: body.detail,
      usedBy: body.usedBy,
      errors: [],
      retryAfterSeconds: 3,
    });
  });

  it('takes a taken key for an error of the field in which it was typed', async () => {
    const body = { status: 409, code: 'key_taken', detail: 'Cannot create flag "a": the key is taken' };
    const { errors } = await readProblem(Response.json(body, { status: 409 }));
    expect(errorAt(errors, 'key')).toBe('This key is taken: choose another one');
  });

  it('makes a problem of whatever a proxy answers', async () => {
    for (const text of ['<h1>Bad gateway</h1>', '', 'null', '"text"', '{"errors":"none"}']) {
      const problem = await readProblem(new Response(text, { status: 502 }));
      expect(problem).toMatchObject({ status: 502, code: 'unknown', errors: [], usedBy: [] });
      expect(problem.message).toMatch(/502/);
    }
  });
});

it('problemOf() keeps a problem and takes anything else for a defect', () => {
  const problem = new ApiProblem({ status: 403, code: 'forbidden', detail: 'No' });
  expect(problemOf(problem)).toBe(problem);
  expect(problemOf(new TypeError('oh'))).toMatchObject({ status: 0, code: 'unknown', message: 'oh' });
});

describe('errorsBelow()', () => {
  const errors = [
    { path: 'rules[1]', message: 'whole' },
    { path: 'rules[1].serve.variation', message: 'serve' },
    { path: 'rules[10].serve', message: 'another rule' },
    { path: 'rules[1].match.conditions[0].values[2]', message: 'value' },
    { path: 'rulesets', message: 'begins alike' },
  ];

  it('cuts the path off and keeps only what lies below it', () => {
    expect(errorsBelow(errors, 'rules[1]')).toEqual([
      { path: '', message: 'whole' },
      { path: 'serve.variation', message: 'serve' },
      { path: 'match.conditions[0].values[2]', message: 'value' },
    ]);
    expect(errorsBelow(errorsBelow(errors, 'rules[1]'), 'match')).toEqual([
      { path: 'conditions[0].values[2]', message: 'value' },
    ]);
  });

  it('takes an index for a part of the path', () => {
    expect(errorsBelow(errors, 'rules').map(({ path }) => path)).toEqual([
      '[1]',
      '[1].serve.variation',
      '[10].serve',
      '[1].match.conditions[0].values[2]',
    ]);
  });
});

it('errorAt() takes the message at exactly one path', () => {
  const errors = [{ path: 'key', message: 'wrong' }];
  expect([errorAt(errors, 'key'), errorAt(errors, 'ke'), errorAt(errors, '')]).toEqual([
    'wrong',
    undefined,
    undefined,
  ]);
});
