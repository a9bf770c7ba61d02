import { attribute, flag, ruleset } from '@fauna-flags/core/testing';
import { ofrepBulkSchema, ofrepFailureSchema, ofrepSuccessSchema } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import { positionTextOf } from '../../src/testing/bearer-world.ts';
import type { ContractWorld } from './contract-world.ts';

const single = '/ofrep/v1/evaluate/flags';

const flags = (on: boolean) =>
  ruleset(
    on
      ? flag('pay')
          .on()
          .rule('west', attribute('state', 'in', ['WA']))
      : flag('pay'),
    flag('off'),
    flag('split').on().rollout(100),
    flag('hidden').on().hidden(),
    { attributes: { state: 'string' } },
  );
const context = { targetingKey: 'u1', state: 'WA' };

/** The OpenFeature Remote Evaluation Protocol. */
export function ofrepContract(world: () => ContractWorld): void {
  it('OFREP answers one flag, and 404 for one that is hidden or unknown', async () => {
    const environment = await world().environment();
    const { version } = await environment.publish(flags(true));
    const metadata = { flagSetId: 'production', version: String(version) };
    for (const [key, reason, value] of [
      ['pay', 'TARGETING_MATCH', true],
      ['off', 'DEFAULT', false],
      ['split', 'SPLIT', true],
    ]) {
      const response = await environment.post(`${single}/${key}`, { context });
      expect([response.status, ofrepSuccessSchema.parse(await response.json())]).toEqual([
        200,
        { key, reason, variant: value === true ? 'on' : 'off', value, metadata },
      ]);
    }
    for (const key of ['hidden', 'nothing', '__proto__']) {
      const response = await environment.post(`${single}/${key}`, { context });
      const body = ofrepFailureSchema.parse(await response.json());
      expect([response.status, body.key, body.errorCode]).toEqual([404, key, 'FLAG_NOT_FOUND']);
    }
    const broken = await environment.post(`${single}/pay`, '{');
    expect([broken.status, await broken.json()]).toMatchObject([
      400,
      { key: 'pay', errorCode: 'PARSE_ERROR' },
    ]);
  });

  it('OFREP answers all flags with an ETag, 304 for it, and tells on its stream when to ask again', async () => {
    const environment = await world().environment(flags(true));
    const response = await environment.post(single, { context });
    const bulk = ofrepBulkSchema.parse(await response.json());
    expect(bulk.flags.map(({ key }) => key)).toEqual(['off', 'pay', 'split']);
    const etag = response.headers.get('etag') ?? '';
    const again = await environment.post(single, { context }, { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);

    const reader = await environment.follow(bulk.eventStreams?.[0]?.endpoint.requestUri ?? '');
    expect(await reader.next()).toMatchObject({ data: undefined, retry: '3000' });
    const changed = await environment.put(flags(false));
    const told = await reader.next();
    expect(told).toMatchObject({
      id: positionTextOf(changed),
      event: undefined,
      data: { type: 'refetchEvaluation', etag: positionTextOf(changed) },
    });
    await reader.leave();

    // Whoever has been told is not answered with what was before, also where another process answers.
    const config = encodeURIComponent(`"${positionTextOf(changed)}"`);
    const refetched = await environment.post(
      `${single}?flagConfigEtag=${config}`,
      { context },
      { 'if-none-match': etag },
    );
    const fresh = ofrepBulkSchema.parse(await refetched.json());
    expect(fresh.flags.find(({ key }) => key === 'pay')).toMatchObject({ value: false });
  });
}
