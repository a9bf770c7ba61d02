import { describe, expect, it } from 'vitest';
import { Problem, problemBodySchema, problemStatuses } from './problem.ts';

describe('Problem', () => {
  it('becomes a problem document with its stable code', () => {
    const problem = new Problem('in_use', 'Cannot delete audience "students": it is in use', {
      usedBy: [{ kind: 'flag', key: 'google-pay' }],
    });
    expect(problem.toBody()).toEqual({
      type: 'urn:fauna:problem:in_use',
      title: 'In use',
      status: 409,
      code: 'in_use',
      detail: 'Cannot delete audience "students": it is in use',
      usedBy: [{ kind: 'flag', key: 'google-pay' }],
    });
  });

  it('fits its own schema for every code', () => {
    for (const code of Object.keys(problemStatuses) as (keyof typeof problemStatuses)[]) {
      expect(problemBodySchema.parse(new Problem(code, 'x').toBody()).status).toBe(problemStatuses[code]);
    }
  });
});
