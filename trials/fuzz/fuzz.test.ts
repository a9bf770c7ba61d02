import { describe, expect, it } from 'vitest';
import { runFuzz } from './run-fuzz.ts';
import { runPoison } from './run-poison.ts';

const requests = 5_000;
const rulesets = 20_000;

describe('a bearer on Node', () => {
  it(`stands ${requests} malformed requests with valid traffic beside them`, async () => {
    const results = await runFuzz({ requests, seed: 20_260_101, validPerSecond: 100, calmMs: 500 });
    expect(results.suspects).toEqual([]);
    expect(results.errors).toEqual([]);
    expect(results.isAlive).toBe(true);
    expect(results.valid.failures).toEqual([]);
    expect(results.rssGrowthBytes).toBeLessThan(50 * 1024 * 1024);
    // It came through to where answers are made, and was not turned away at the door.
    for (const status of ['200', '400', '401', '404', '413'])
      expect(results.statuses[status], status).toBeGreaterThan(5);
  });

  it(`stands ${rulesets} poisoned rulesets, and serves the flags beside the poison as ever`, async () => {
    const results = await runPoison({ count: rulesets, seed: 7 });
    expect(results.failures).toEqual([]);
    expect(results.fed).toBe(rulesets);
    // Both ways were taken: refused as a whole, and applied with one flag that cannot be read.
    expect(results.applied).toBeGreaterThan(rulesets / 2);
    expect(results.refused).toBeGreaterThan(rulesets / 100);
  }, 300_000);
});
