import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { bearerWorld } from './testing/bearer-world.ts';
import { rulesetSnapshot } from './testing/documents.ts';
import { ScriptedReader } from './testing/scripted-reader.ts';

describe('an answer that nobody could confirm (F26)', () => {
  it('says how old it may be, to pages too, until somebody can confirm it again', async () => {
    const snapshot = rulesetSnapshot(ruleset(flag('pay').on()));
    const reader = new ScriptedReader(snapshot);
    const rulesets = {
      read: () => reader.read(),
      position: () => reader.position(),
      watch: (_: string, onHint: () => void) => reader.watch(onHint),
      close: async () => {},
    };
    const { post, clock } = await bearerWorld({ deps: { rulesets } });
    const ageOf = async (path: string) => {
      const response = await post(path, {}, { origin: 'https://shop.example' });
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('access-control-expose-headers')).toContain('Fauna-Age');
      return response.headers.get('fauna-age');
    };
    expect(await ageOf('/connect/client')).toBeNull();
    reader.has = new Error('away');
    await clock.advance(60_000);
    const age = Number(await ageOf('/connect/client'));
    expect(age).toBeGreaterThan(40);
    expect(age).toBeLessThanOrEqual(60);
    expect(Number(await ageOf('/ofrep/v1/evaluate/flags'))).toBe(age);
    reader.has = snapshot;
    await clock.advance(15_000);
    expect(await ageOf('/connect/client')).toBeNull();
  });
});
