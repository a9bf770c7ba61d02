import { expect, it } from 'vitest';
import { audiencesUsing, ruledPlaces, usesOf } from './audience-uses.ts';

const state = (targeting: 'everyone' | 'nobody' | 'audiences' | 'rules') => ({
  enabled: true,
  targeting,
  share: null,
  revision: 1,
  updatedAt: '2030-01-01T00:00:00Z',
});
const inAudiences = (...audiences: string[]) => ({ combine: 'all' as const, conditions: [{ audiences }] });
const rule = (...audiences: string[]) => ({
  id: 'r',
  match: inAudiences(...audiences),
  serve: { variation: 'on' },
});

it('ruledPlaces() leaves out configurations that cannot name an audience', () => {
  expect(
    ruledPlaces([
      { key: 'a', environments: { dev: state('everyone'), prod: state('audiences') } },
      { key: 'b', environments: { dev: state('nobody'), prod: state('rules') } },
    ]),
  ).toEqual([
    { flag: 'a', environment: 'prod' },
    { flag: 'b', environment: 'prod' },
  ]);
});

it('usesOf() names each flag once, with the environments in which it uses the audience', () => {
  const uses = usesOf([
    { flag: 'a', environment: 'dev', rules: [rule('staff', 'vip'), rule('staff')] },
    { flag: 'a', environment: 'prod', rules: [rule('staff')] },
    {
      flag: 'b',
      environment: 'prod',
      rules: [{ ...rule(), match: { combine: 'any', conditions: [inAudiences('vip')] } }],
    },
  ]);
  expect(uses.get('staff')).toEqual([{ kind: 'flag', key: 'a', environments: ['dev', 'prod'] }]);
  expect(uses.get('vip')).toEqual([
    { kind: 'flag', key: 'a', environments: ['dev'] },
    { kind: 'flag', key: 'b', environments: ['prod'] },
  ]);
  expect(uses.get('constructor')).toBeUndefined();
});

it('audiencesUsing() finds audiences that name it at any depth', () => {
  const audiences = [
    { key: 'staff', match: inAudiences() },
    { key: 'insiders', match: { combine: 'any' as const, conditions: [inAudiences('staff')] } },
  ];
  expect(audiencesUsing('staff', audiences)).toEqual([{ kind: 'audience', key: 'insiders' }]);
  expect(audiencesUsing('insiders', audiences)).toEqual([]);
});
