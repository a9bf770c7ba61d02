import { describe, expect, it } from 'vitest';
import { configWarnings } from './config-warnings.ts';

const adminToken = 'dGhlIHRva2VuIG9mIGFuIGFkbWluaXN0cmF0b3I';
const warn = (settings: Partial<Parameters<typeof configWarnings>[0]>) =>
  configWarnings({ adminToken, ...settings });
const redis = (url: string) => ({ store: { kind: 'redis', url } }) as const;

describe('what Fauna warns of when it starts', () => {
  it('is nothing where passwords are good, and where there is none to judge', () => {
    expect(warn({})).toEqual([]);
    expect(configWarnings({})).toEqual([]);
    expect(warn({ databaseUrl: 'postgres://u@/db?host=/run', ...redis('redis://localhost') })).toEqual([]);
    expect(warn({ databaseUrl: 'postgres://u:kT9%23wVb2xQ@h/db', ...redis('redis://:kT9wVb2xQ@h') })).toEqual(
      [],
    );
  });

  it.each([
    ['a short admin token', { adminToken: 'short' }, 'FAUNA_ADMIN_TOKEN'],
    [
      'S-55 a classic password of the database',
      { databaseUrl: 'postgres://fauna:fauna@h/db' },
      'DATABASE_URL',
    ],
    ['an encoded one', { databaseUrl: 'postgres://fauna:change%2Dme@h/db' }, 'DATABASE_URL'],
    ['S-55 a classic password of Redis', redis('redis://:Password123@h'), 'REDIS_URL'],
  ])('is %s, and the sentence shows no secret', (_, settings, name) => {
    const [warning = '', ...more] = warn(settings);
    expect(more).toEqual([]);
    expect(warning).toContain(name);
    expect(warning).not.toMatch(/short|fauna:|change|Password123/);
  });
});
