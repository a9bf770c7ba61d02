import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { explainRedisError } from './explain-redis-error.ts';

describe('explainRedisError()', () => {
  it('tells apart what Redis says, and what helps', () => {
    const told = (message: string) => explainRedisError(new Error(message)).message;
    expect(told("OOM command not allowed when used memory > 'maxmemory'.")).toBe(
      "OOM command not allowed when used memory > 'maxmemory': Redis has no memory left for it, raise maxmemory or take away what else lies there",
    );
    expect(told("READONLY You can't write against a read only replica.")).toMatch(
      /: this server is a replica/,
    );
    expect(told('LOADING Redis is loading the dataset in memory')).toMatch(/: it passes once/);
    expect(told('NOAUTH Authentication required.')).toMatch(/: the address needs a password$/);
    expect(told('WRONGPASS invalid username-password pair')).toMatch(/: check the user and password/);
    expect(told('NOPERM No permissions to access a key')).toMatch(/docs\/deploy\.md lists$/);
    expect(told('MOVED 7269 127.0.0.1:7001')).toMatch(/redis\+cluster:\/\//);
    expect(told('MISCONF Redis is configured to save RDB snapshots')).toMatch(/cannot save to its disk/);
  });

  it('leaves alone what it does not know, also what only looks like an error of Redis', () => {
    for (const message of ['Command timed out', 'ERR unknown command', 'CONSTRUCTOR x', 'OOMPH', ''])
      expect(explainRedisError(new Error(message)).message).toBe(message);
    expect(explainRedisError('a text').message).toBe('Something that is no error was thrown');
  });

  it('says why a connection or a fetch failed, which stands in parts and causes', () => {
    const refused = new Error('connect ECONNREFUSED ::1:1');
    expect(explainRedisError(new AggregateError([refused])).message).toContain('ECONNREFUSED');
    expect(explainRedisError(new TypeError('fetch failed', { cause: refused })).message).toBe(
      'fetch failed: connect ECONNREFUSED ::1:1',
    );
  });

  it('carries nothing but words', () => {
    const error = Object.assign(new Error('ERR no'), { command: { args: ['secret'] }, cause: 'secret' });
    expect(inspect(explainRedisError(error), { depth: null, showHidden: true })).not.toContain('secret');
  });
});
