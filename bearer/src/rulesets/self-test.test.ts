import { attribute, flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { clientAnswerOf } from '../testing/answers.ts';
import { bearerWorld } from '../testing/bearer-world.ts';
import { environmentId, rulesetSnapshot, serverKey, snapshotOf } from '../testing/documents.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { LiveRuleset } from './live-ruleset.ts';
import { selfTest, selfTestMsMax } from './self-test.ts';

const compiled = (...flags: Parameters<typeof ruleset>) =>
  new LiveRuleset(rulesetSnapshot(ruleset(...flags))).compiled;

describe('selfTest()', () => {
  it('takes a ruleset that answers in time', () => {
    selfTest(compiled(flag('a').on(), flag('b').rollout(30)), new ManualClock());
  });

  it('names the flag at which the time was over', () => {
    const clock = new ManualClock();
    let asked = 0;
    const slow = { steady: () => clock.steady() + (asked++ * selfTestMsMax) / 2 };
    expect(() => selfTest(compiled(flag('a').on(), flag('b').on(), flag('c').on()), slow)).toThrow(
      `evaluating it on trial took more than ${selfTestMsMax} ms, at flag "c"`,
    );
  });

  it('tries those alone that differ from what was tried before, where there is something before', () => {
    const whole = compiled(flag('a').on(), flag('b').on());
    const asked = new Set<string>();
    const watched = {
      ...whole,
      evaluate(key: string, context: Readonly<Record<string, unknown>>) {
        asked.add(key);
        return whole.evaluate(key, context);
      },
    };
    selfTest(watched, new ManualClock(), new Set(['b']));
    expect([...asked]).toEqual(['b']);
  });

  it('hands on what evaluation throws', () => {
    const broken = {
      ...compiled(flag('a').on()),
      serializeClient() {
        throw new RangeError('no stack left');
      },
    };
    expect(() => selfTest(broken, new ManualClock())).toThrow('no stack left');
  });
});

describe('a bearer that is given a damaged flag', () => {
  const good = ruleset(
    flag('pay').on(),
    flag('needs').on().prerequisite('pay'),
    flag('steady')
      .on()
      .rule('r', attribute('state', 'equals', ['WA']), 'off'),
    { version: 1, attributes: { state: 'string' } },
  );
  const spoiled = (version: number, entry: unknown) =>
    snapshotOf({ ...good, version, flags: { ...good.flags, pay: entry } }, { version });

  it('answers an error for that flag alone, and never by its older definition', async () => {
    const world = await bearerWorld({ ruleset: good });
    const answer = async () =>
      (await clientAnswerOf(await world.post('/connect/client', { context: { key: 'u' } }))).flags;
    const { steady } = await answer();
    let version = 1;
    for (const entry of [null, 7, 'on', [], {}, { ...good.flags.pay, variations: 'none' }, { on: true }]) {
      version += 1;
      world.shelf.put(environmentId, spoiled(version, entry));
      await settled();
      expect(world.bearer.status().environments).toMatchObject([
        { rejected: null, position: expect.stringContaining(`-${version}-`) },
      ]);
      const flags = await answer();
      expect(flags.steady).toEqual(steady);
      // A flag that does not say that clients may see it is seen by none.
      expect([undefined, { reason: 'ERROR', errorCode: 'MALFORMED' }]).toContainEqual(flags.pay);
      expect(flags.needs).toMatchObject({ value: false, reason: 'PREREQUISITE_FAILED' });
      const evaluated = await world.request('/ofrep/v1/evaluate/flags/pay', {
        method: 'POST',
        headers: { authorization: `Bearer ${serverKey}` },
        body: '{"context":{"targetingKey":"u"}}',
      });
      expect(evaluated.status).toBeLessThan(500);
      expect(await evaluated.json()).not.toHaveProperty('value');
    }
    await world.publish({ ...good, version: version + 1 });
    expect((await answer()).pay).toMatchObject({ value: true });
  });

  it('does not mind fields that it does not know, and takes an unknown operator for false', async () => {
    const world = await bearerWorld({ ruleset: good });
    const later = structuredClone(good) as unknown as {
      version: number;
      flags: Record<string, Record<string, unknown>>;
      [member: string]: unknown;
    };
    later.version = 2;
    later.schemaRevision = 9;
    later.segments = { new: true };
    const { steady = {}, pay = {} } = later.flags;
    pay.schedule = { at: 'noon' };
    steady.rules = JSON.parse(JSON.stringify(steady.rules).replace('"equals"', '"resembles"'));
    world.shelf.put(environmentId, snapshotOf(later, { version: 2 }));
    await settled();
    const { flags } = await clientAnswerOf(
      await world.post('/connect/client', { context: { key: 'u', state: 'WA' } }),
    );
    expect(flags.pay).toMatchObject({ value: true });
    expect(flags.steady).toMatchObject({ value: true, reason: 'DEFAULT' });
  });
});
