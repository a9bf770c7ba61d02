import type { Configuration, Environment } from '@fauna-flags/protocol';
import { QueryClient } from '@tanstack/svelte-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ApiProblem } from '$lib/api/index.ts';
import { Switches, type SwitchWish } from './switches.svelte.ts';

const place = { project: 'shop', flag: 'google-pay', environment: 'production' } as const;
const elsewhere = { ...place, environment: 'staging' } as const;
const wish = (enabled: boolean, where: Omit<SwitchWish, 'name' | 'enabled'> = place): SwitchWish => ({
  ...where,
  name: 'Google Pay',
  enabled,
});

/** A request that the manager has not answered yet. */
interface Asked {
  readonly path: string;
  readonly enabled: boolean;
  readonly confirm: string | null;
  answer(status: number, body?: object): void;
}

let asked: Asked[];
let problems: [SwitchWish, ApiProblem][];
let confirms: boolean;
let switches: Switches;

beforeEach(() => {
  asked = [];
  problems = [];
  confirms = false;
  vi.stubGlobal(
    'fetch',
    (path: string, { headers, body }: { readonly headers: Headers; readonly body: string }) =>
      new Promise<Response>((resolve) => {
        const { enabled } = JSON.parse(body) as { readonly enabled: boolean };
        asked.push({
          path,
          enabled,
          confirm: headers.get('x-confirm'),
          answer: (status, answer = configuration(enabled)) => resolve(Response.json(answer, { status })),
        });
      }),
  );
  switches = new Switches({
    client: new QueryClient(),
    environment: () => ({ confirmChanges: confirms }) as Environment,
    onproblem: (...problem) => problems.push(problem),
  });
});

afterEach(() => vi.unstubAllGlobals());

it('shows what was asked for before the manager has answered', async () => {
  expect(switches.shown(place, false)).toBe(false);
  switches.press(wish(true));
  expect(switches.shown(place, false)).toBe(true);
  expect(switches.shown(elsewhere, false)).toBe(false);
  request(0).answer(200);
  await vi.waitFor(() => expect(switches.shown(place, false)).toBe(false));
  expect(asked.map(({ path, enabled }) => [path, enabled])).toEqual([
    ['/api/v1/projects/shop/flags/google-pay/environments/production/toggle', true],
  ]);
});

it('sends one wish of a switch after the other, and only the last one', async () => {
  for (const enabled of [true, false, true, false]) switches.press(wish(enabled));
  expect(asked.map(({ enabled }) => enabled)).toEqual([true]);
  expect(switches.shown(place, true)).toBe(false);
  request(0).answer(200);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(request(1).enabled).toBe(false);
  request(1).answer(200);
  await vi.waitFor(() => expect(switches.shown(place, true)).toBe(true));
  expect(asked).toHaveLength(2);
});

it('ends where it is when pressed twice and once more before the answer', async () => {
  for (const enabled of [true, false, true]) switches.press(wish(enabled));
  request(0).answer(200);
  await vi.waitFor(() => expect(switches.shown(place, false)).toBe(false));
  expect(asked).toHaveLength(1);
});

it('lets different switches go side by side', () => {
  switches.press(wish(true));
  switches.press(wish(true, elsewhere));
  expect(asked).toHaveLength(2);
});

it('goes back when the manager refuses, says why, and works the next time', async () => {
  switches.press(wish(true));
  request(0).answer(503, { code: 'unavailable', detail: 'The database is away' });
  await vi.waitFor(() => expect(problems).toHaveLength(1));
  expect(problems[0]?.[0]).toEqual(wish(true));
  expect(problems[0]?.[1].message).toBe('The database is away');
  expect(switches.shown(place, false)).toBe(false);
  switches.press(wish(true));
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(switches.shown(place, false)).toBe(true);
});

it('says which wish was refused when an earlier one was granted', async () => {
  switches.press(wish(true));
  switches.press(wish(false));
  request(0).answer(200);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  request(1).answer(503, { code: 'unavailable', detail: 'The database is away' });
  await vi.waitFor(() => expect(problems.map(([refused]) => refused)).toEqual([wish(false)]));
  expect(switches.shown(place, true)).toBe(true);
});

it('asks first where changes are confirmed, and says so to the manager', () => {
  confirms = true;
  switches.press(wish(true));
  expect(asked).toEqual([]);
  expect(switches.shown(place, false)).toBe(false);
  switches.confirm();
  expect(request(0).confirm).toBe('production');
  expect(switches.asking).toBeUndefined();
});

it('asks when the manager wants a confirmation that the page did not know of', async () => {
  switches.press(wish(true));
  request(0).answer(428, { code: 'confirm', detail: 'Changes are confirmed' });
  await vi.waitFor(() => expect(switches.asking).toEqual(wish(true)));
  expect(problems).toEqual([]);
  expect(switches.shown(place, false)).toBe(false);
  switches.confirm();
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(request(1).confirm).toBe('production');
});

function request(index: number): Asked {
  const found = asked[index];
  if (found === undefined) throw new Error(`Request ${index} was not sent`);
  return found;
}

function configuration(enabled: boolean): Configuration {
  return {
    ...place,
    enabled,
    offVariation: 'off',
    prerequisites: [],
    targets: [],
    rules: [],
    defaultServe: { variation: 'on' },
    revision: 2,
    updatedAt: '2030-01-01T00:00:00Z',
  };
}
