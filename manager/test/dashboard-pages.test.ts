import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectGoodPage, takePicture } from './support/browser.ts';
import { type Dashboard, startDashboard } from './support/dashboard.ts';

/** A page with what is there once it has all that it shows. */
interface PageToSee {
  readonly what: string;
  readonly path: string;
  readonly ready: (page: Page) => Promise<unknown>;
  /** What a page shows only after something was pressed. */
  readonly open?: (page: Page) => Promise<unknown>;
  readonly picture?: string;
}

const heading = (name: string | RegExp) => (page: Page) =>
  page.getByRole('heading', { name, level: 1 }).waitFor();
const button = (name: string) => (page: Page) => page.getByRole('button', { name }).first().click();

const guestPages: readonly PageToSee[] = [
  { what: 'the way in', path: '/sign-in', ready: heading('Welcome back') },
  { what: 'that the one-time link was used', path: '/welcome', ready: heading('This link was used') },
  { what: 'the API reference', path: '/api/docs', ready: heading('Fauna management API') },
  {
    what: 'an operation of the API',
    path: '/api/docs/putConfiguration',
    ready: heading('Configure a flag in an environment'),
    open: (page) => page.getByRole('button', { name: 'confirm, revision_required' }).click(),
  },
  {
    what: 'that the API has no such operation',
    path: '/api/docs/makeTea',
    ready: heading('There is no such operation'),
  },
  { what: 'that a page does not exist', path: '/no/such/page', ready: heading('There is no such page') },
];

const sample = '/projects/sample';
const googlePay = `${sample}/flags/google-pay?environment=production`;
const pages: readonly PageToSee[] = [
  {
    what: 'the projects',
    path: '/projects',
    ready: (page) => page.getByRole('link', { name: 'Sample shop' }).waitFor(),
  },
  {
    what: 'the form for a new project',
    path: '/projects',
    ready: heading('Projects'),
    open: button('New project'),
  },
  {
    what: 'the flags',
    path: `${sample}/flags`,
    ready: (page) => page.getByRole('switch', { name: 'Google Pay in production' }).waitFor(),
    picture: 'flags',
  },
  { what: 'the first steps of an empty project', path: '/projects/default/flags', ready: heading('Flags') },
  { what: 'the form for a new flag', path: `${sample}/flags/new`, ready: heading('New flag') },
  {
    what: 'the form for a new flag with variations',
    path: `${sample}/flags/new`,
    ready: heading('New flag'),
    open: (page) => page.getByRole('radio', { name: 'JSON' }).click(),
  },
  {
    what: 'a flag for audiences',
    path: googlePay,
    ready: (page) => page.getByRole('switch', { name: 'Google Pay in production' }).waitFor(),
    open: async (page) => {
      await page.getByLabel('State', { exact: true }).fill('Washington');
      await page.getByRole('combobox', { name: 'Student' }).click();
      await page.getByRole('option', { name: 'true' }).click();
      await page.getByRole('status').filter({ hasText: 'gets on' }).waitFor();
    },
    picture: 'flag',
  },
  {
    what: 'the settings of a flag',
    path: googlePay,
    ready: heading('Google Pay'),
    open: (page) => page.getByRole('tab', { name: 'Settings' }).click(),
  },
  {
    what: 'a flag in a rollout',
    path: `${sample}/flags/one-page-checkout`,
    ready: heading('One-page checkout'),
  },
  { what: 'a flag with rules', path: `${sample}/flags/express-delivery`, ready: heading('Express delivery') },
  { what: 'the audiences', path: `${sample}/audiences`, ready: heading('Audiences') },
  { what: 'that there are no audiences', path: '/projects/default/audiences', ready: heading('Audiences') },
  { what: 'the form for a new audience', path: `${sample}/audiences/new`, ready: heading('New audience') },
  {
    what: 'an audience',
    path: `${sample}/audiences/west-coast-students`,
    ready: (page) => page.getByRole('group', { name: 'Condition 2' }).waitFor(),
    picture: 'audience',
  },
  { what: 'the attributes', path: `${sample}/attributes`, ready: heading('Attributes') },
  {
    what: 'the form for a new attribute',
    path: `${sample}/attributes`,
    ready: heading('Attributes'),
    open: button('Create attribute'),
  },
  {
    what: 'the SDK keys',
    path: `${sample}/sdk-keys`,
    ready: (page) => page.getByText('Sample client').waitFor(),
  },
  {
    what: 'the form for a new SDK key',
    path: `${sample}/sdk-keys`,
    ready: heading('SDK keys'),
    open: button('Create SDK key'),
  },
  {
    what: 'how to connect an SDK',
    path: `${sample}/sdk-keys`,
    ready: heading('SDK keys'),
    open: button('Connect'),
  },
  { what: 'the audit trail', path: `${sample}/audit`, ready: heading('Audit') },
  { what: 'the environments', path: `${sample}/environments`, ready: heading('Environments') },
];

describe('the dashboard, on a desk and on a phone, in light and in dark colours', () => {
  let dashboard: Dashboard;
  let signedIn: Page;
  let guest: Page;
  beforeAll(async () => {
    dashboard = await startDashboard();
    await makeFlagsOfEveryMode(dashboard);
    signedIn = await dashboard.openSignedIn();
    guest = await dashboard.browser.open({ baseURL: dashboard.url });
  });
  afterEach(() => dashboard.browser.check());
  afterAll(() => dashboard.close());

  it.each(named(guestPages))('shows %s to whoever is not signed in', async (what, { path, ready, open }) => {
    dashboard.browser.allow(/status of 401|Not found: \/no\/such\/page/);
    await guest.goto(path);
    await ready(guest);
    await open?.(guest);
    await expectTitle(guest);
    await expectGoodPage(guest, what);
  });

  it.each(named(pages))('shows %s', async (what, { path, ready, open, picture }) => {
    await signedIn.goto(path);
    await ready(signedIn);
    await open?.(signedIn);
    await waitForAll(signedIn);
    await expectTitle(signedIn);
    if (picture !== undefined) await takePictures(signedIn, picture);
    await expectGoodPage(signedIn, what);
  });
});

/** With its name in front, for the title of its test. */
function named(list: readonly PageToSee[]): (readonly [string, PageToSee])[] {
  return list.map((page) => [page.what, page]);
}

/** Nothing is a grey bar any more that says that something will be here. */
function waitForAll(page: Page): Promise<unknown> {
  return page.locator('.animate-shimmer').first().waitFor({ state: 'detached' });
}

async function expectTitle(page: Page): Promise<void> {
  expect(await page.title()).toMatch(/^.+ · Fauna$/);
}

async function takePictures(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await takePicture(page, `${name}-${colorScheme}`);
  }
}

/** One flag in each way in which a flag can be configured, so that every editor is seen with something in it. */
async function makeFlagsOfEveryMode({ fauna }: Dashboard): Promise<void> {
  const must = async (method: string, path: string, body: unknown) => {
    const { status, body: answer } = await fauna.api(method, path, body, { 'if-match': '*' });
    expect([path, status < 300, status < 300 ? undefined : answer]).toEqual([path, true, undefined]);
  };
  const make = (flag: { readonly key: string; readonly [member: string]: unknown }) =>
    must('POST', `${sample}/flags`, { kind: 'boolean', tags: ['checkout'], ...flag });
  const release = (flag: string, environment: string, configuration: object) =>
    must('PUT', `${sample}/flags/${flag}/environments/${environment}`, {
      enabled: true,
      offVariation: 'off',
      prerequisites: [],
      targets: [],
      rules: [],
      ...configuration,
    });
  const rollout = (on: number) => ({
    rollout: {
      weights: [
        { variation: 'on', weight: on * 1_000 },
        { variation: 'off', weight: 100_000 - on * 1_000 },
      ],
    },
  });

  await make({ key: 'gift-cards', name: 'Gift cards' });
  await must('POST', `${sample}/flags/gift-cards/environments/development/toggle`, { enabled: true });
  await make({
    key: 'search-engine',
    name: 'Search engine',
    kind: 'string',
    tags: ['catalogue'],
    variations: [
      { key: 'classic', value: 'classic' },
      { key: 'semantic', value: 'semantic' },
    ],
  });
  await make({ key: 'one-page-checkout', name: 'One-page checkout' });
  for (const [environment, share] of [
    ['development', 100],
    ['staging', 50],
    ['production', 25],
  ] as const)
    await release('one-page-checkout', environment, { defaultServe: rollout(share) });
  await make({ key: 'express-delivery', name: 'Express delivery' });
  await release('express-delivery', 'production', {
    prerequisites: [{ flag: 'one-page-checkout', variation: 'on' }],
    targets: [{ variation: 'on', keys: ['user-1', 'user-2'] }],
    rules: [
      {
        name: 'Students first',
        match: { combine: 'any', conditions: [{ audiences: ['students'] }] },
        serve: rollout(50),
      },
      {
        match: {
          combine: 'all',
          conditions: [
            { attribute: 'state', operator: 'in', values: ['California', 'Oregon'], negate: true },
            { combine: 'any', conditions: [{ attribute: 'student', operator: 'is', values: [true] }] },
          ],
        },
        serve: { variation: 'off' },
      },
    ],
    defaultServe: { variation: 'off' },
  });
}
