import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ada, type Dashboard, startDashboard } from './support/dashboard.ts';
import { eventually } from './support/fauna-process.ts';

const project = '/projects/refusals';
const darkMode = `${project}/flags/dark-mode`;
const flagsMade = 60;

describe('the dashboard, when something does not go as asked', () => {
  let dashboard: Dashboard;
  let page: Page;
  beforeAll(async () => {
    dashboard = await startDashboard();
    page = await dashboard.openSignedIn();
    await must('POST', '/projects', { key: 'refusals', name: 'Refusals' });
    await must('POST', `${project}/attributes`, { key: 'state', name: 'State', type: 'string' });
    await must('POST', `${project}/flags`, { key: 'dark-mode', name: 'Dark mode', kind: 'boolean' });
    for (let number = 1; number < flagsMade; number += 1)
      await must('POST', `${project}/flags`, { key: `f${number}`, name: `Flag ${number}`, kind: 'boolean' });
  });
  afterEach(() => dashboard.browser.check());
  afterAll(() => dashboard.close());

  const must = async (method: string, path: string, body: unknown) => {
    const answer = await dashboard.fauna.api(method, path, body, { 'if-match': '*' });
    expect([path, answer.status < 300, answer.status < 300 ? undefined : answer.body]).toEqual([
      path,
      true,
      undefined,
    ]);
  };
  const production = `${darkMode}/environments/production`;
  const configured = async () =>
    (await dashboard.fauna.api('GET', production)).body as {
      readonly defaultServe: unknown;
      readonly rules: readonly unknown[];
    };
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const percentage = () => page.getByRole('textbox', { name: 'Percentage for on' });
  const rolloutOf = (percent: number) => ({
    rollout: {
      weights: [
        { variation: 'on', weight: percent * 1_000 },
        { variation: 'off', weight: 100_000 - percent * 1_000 },
      ],
    },
  });

  it('lists fifty flags at first, and the rest when asked for', async () => {
    await page.goto(`${project}/flags`);
    const rows = page.getByRole('rowheader');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(50);
    await button('Load more').click();
    await eventually(async () => (await rows.count()) === flagsMade, { what: 'all flags' });
    expect(new Set(await rows.allTextContents()).size).toBe(flagsMade);
    await button('Load more').waitFor({ state: 'detached' });
    // A switch of a later page works as one of the first does.
    const toggle = page.getByRole('switch', { name: 'Flag 9 in staging' });
    await toggle.click();
    const path = `${project}/flags/f9/environments/staging`;
    await eventually(
      async () => ((await dashboard.fauna.api('GET', path)).body as { enabled: boolean }).enabled,
      { what: 'the flag to be on' },
    );
    expect(await rows.count()).toBe(flagsMade);
  });

  it('leads to the field that a refused save is about, and saves once it is mended', async () => {
    dashboard.browser.allow(/status of 422/);
    await page.goto(darkMode);
    await page.getByRole('radio', { name: 'Rules' }).click();
    await button('Add rule').click();
    await page.getByRole('combobox', { name: 'Attribute' }).click();
    await page.getByRole('option', { name: 'State' }).click();
    await page.getByRole('combobox', { name: 'Comparison' }).click();
    await page.getByRole('option', { name: 'matches the pattern', exact: true }).click();
    const pattern = page.getByRole('textbox', { name: 'Value' });
    await pattern.fill('Wash(');
    await pattern.press('Enter');
    await button('Save changes').click();
    await page.getByRole('alert').filter({ hasText: 'Look at the field that is marked' }).waitFor();
    expect(await pattern.getAttribute('aria-invalid')).toBe('true');
    expect(await pattern.and(page.locator(':focus')).count()).toBe(1);
    await page.getByText('must be a regular expression').waitFor();
    expect((await configured()).rules).toEqual([]);

    await pattern.press('Backspace');
    await pattern.fill('^Wash');
    await pattern.press('Enter');
    await button('Save changes').click();
    await button('Save changes').waitFor({ state: 'detached' });
    expect((await configured()).rules).toMatchObject([
      { match: { conditions: [{ attribute: 'state', operator: 'matches', values: ['^Wash'] }] } },
    ]);
  });

  it('overwrites nobody who was faster, but asks whose changes go on', async () => {
    await must('PUT', production, { ...(await configured()), rules: [], defaultServe: rolloutOf(10) });
    dashboard.browser.allow(/status of 412/);
    await page.goto(darkMode);
    // The change of the other must be told by the refusal: the live feed of this window says nothing of it.
    await page.route('**/api/v1/live', (route) => route.abort('aborted'));
    await page.reload();
    await percentage().fill('25');
    await percentage().press('Enter');
    await must('PUT', production, { ...(await configured()), defaultServe: rolloutOf(50) });
    await button('Save changes').click();
    await page.getByText(/^Changed by .* just now$/).waitFor();
    expect(await percentage().inputValue()).toBe('25');
    expect((await configured()).defaultServe).toEqual(rolloutOf(50));
    expect(await button('Save changes').isDisabled()).toBe(true);

    await button('Keep mine').click();
    await button('Save changes').click();
    await button('Save changes').waitFor({ state: 'detached' });
    expect((await configured()).defaultServe).toEqual(rolloutOf(25));
    await page.unroute('**/api/v1/live');
  });

  it('says in a sentence that the manager cannot answer, and shows the page when it can again', async () => {
    dashboard.browser.allow(/status of 503/);
    const away = { type: 'about:blank', title: 'Unavailable', status: 503, code: 'unavailable' };
    await page.route(`**/api/v1${project}/flags?*`, (route) =>
      route.fulfill({ status: 503, json: { ...away, detail: 'The database cannot be reached' } }),
    );
    await page.goto(`${project}/flags`);
    await page.getByRole('alert').filter({ hasText: 'The database cannot be reached' }).waitFor();
    await page.unroute(`**/api/v1${project}/flags?*`);
    await button('Try again').click();
    await page.getByRole('switch', { name: 'Dark mode in production' }).waitFor();
  });

  it('says that it is offline, keeps what is being edited, and is live again by itself', async () => {
    dashboard.browser.allow(/ERR_INTERNET_DISCONNECTED/);
    await page.goto(darkMode);
    await page.getByText('Live', { exact: true }).waitFor();
    await percentage().fill('30');
    await percentage().press('Enter');
    await page.context().setOffline(true);
    await page.getByRole('status').filter({ hasText: 'Offline: reconnecting…' }).waitFor();
    expect(await percentage().inputValue()).toBe('30');
    await page.context().setOffline(false);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await percentage().inputValue()).toBe('30');
    await button('Discard').click();
  });

  it('leads to the way in when the session ended elsewhere, and back to the page', async () => {
    dashboard.browser.allow(/status of 401/);
    await page.goto(darkMode);
    await page.getByText('Live', { exact: true }).waitFor();
    // The cookie stays; what it opened is gone.
    const kept = await page.context().cookies();
    const ended = await page.context().request.delete('/api/v1/session', {
      headers: { origin: dashboard.url },
    });
    expect(ended.status()).toBe(204);
    await page.context().addCookies(kept);
    // Nothing is pressed: the stream ends with its session.
    await page.waitForURL(/\/sign-in\?next=/);
    await page.getByLabel('E-mail', { exact: true }).fill(ada.email);
    await page.getByLabel('Password', { exact: true }).fill(ada.password);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname === darkMode);
    await page.getByRole('heading', { name: 'Dark mode', level: 1 }).waitFor();
  });
});
