import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pressAt, tabTo, typeAt } from './support/browser-keyboard.ts';
import { type Dashboard, startDashboard } from './support/dashboard.ts';
import { eventually } from './support/fauna-process.ts';

describe('a release in the dashboard, from the first attribute to the switch', () => {
  let dashboard: Dashboard;
  let page: Page;
  beforeAll(async () => {
    dashboard = await startDashboard();
    page = await dashboard.openSignedIn();
  });
  afterEach(() => dashboard.browser.check());
  afterAll(() => dashboard.close());

  const inPage = () => page.getByRole('main');
  const room = (name: string) =>
    page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name, exact: true }).first();
  const dialog = () => page.getByRole('dialog');

  /** What a context gets of a flag, as the API evaluates it. */
  const servedTo = async (flag: string, context: Record<string, unknown>) => {
    const path = '/projects/default/environments/production/evaluate';
    const { status, body } = await dashboard.fauna.api('POST', path, { flag, context });
    expect(status).toBe(200);
    return (body as { flags: Record<string, { value: unknown }> }).flags[flag]?.value;
  };

  const isOn = async (environment: string) => {
    const path = `/projects/default/flags/dark-mode/environments/${environment}`;
    return ((await dashboard.fauna.api('GET', path)).body as { enabled: boolean }).enabled;
  };

  it('is made by mouse', async () => {
    await page.goto('/projects/default/flags');
    await room('Attributes').click();
    await inPage().getByRole('button', { name: 'Create attribute' }).first().click();
    await dialog().getByLabel('Name', { exact: true }).fill('Plan');
    expect(await dialog().getByLabel('Key', { exact: true }).inputValue()).toBe('plan');
    await dialog().getByRole('button', { name: 'Create attribute' }).click();
    await page.getByRole('rowheader', { name: 'Plan' }).waitFor();

    await room('Audiences').click();
    await inPage().getByRole('link', { name: 'Create audience' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Paying people');
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByRole('combobox', { name: 'Attribute' }).fill('Pl');
    await page.getByRole('option', { name: 'Plan' }).click();
    await page.getByRole('textbox', { name: 'Values' }).fill('pro');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Create audience' }).click();
    await page.getByRole('heading', { name: 'Paying people', level: 1 }).waitFor();

    await room('Flags').click();
    await inPage().getByRole('link', { name: 'New flag' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Dark mode');
    await page.getByRole('button', { name: 'Create flag' }).click();
    await page.getByRole('heading', { name: 'Dark mode', level: 1 }).waitFor();

    await page.getByRole('tab', { name: 'Production' }).click();
    await page.getByRole('radio', { name: 'Audiences' }).click();
    await page.getByRole('combobox', { name: 'Whoever is in any of these audiences' }).click();
    await page.getByRole('option', { name: 'Paying people' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('button', { name: 'Save changes' }).waitFor({ state: 'detached' });
    expect(await servedTo('dark-mode', { key: 'u1', plan: 'pro' })).toBe(false);
    await page.getByRole('switch', { name: 'Dark mode in production' }).click();
    await eventually(async () => (await servedTo('dark-mode', { key: 'u1', plan: 'pro' })) === true, {
      what: 'the flag for those who pay',
    });
    expect(await servedTo('dark-mode', { key: 'u1', plan: 'free' })).toBe(false);
  });

  it('is made by keyboard alone', async () => {
    await page.goto('/projects/default/flags');
    await pressAt(page, room('Attributes'), 'Enter');
    await pressAt(page, inPage().getByRole('button', { name: 'Create attribute' }).first(), 'Enter');
    await typeAt(page, dialog().getByLabel('Name', { exact: true }), 'Age');
    await pressAt(page, dialog().getByRole('combobox', { name: 'Type' }), 'Enter');
    await page.getByRole('option', { name: 'Number' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await pressAt(page, dialog().getByRole('button', { name: 'Create attribute' }), 'Enter');
    await page.getByRole('rowheader', { name: 'Age' }).waitFor();
    await dialog().waitFor({ state: 'detached' });

    await pressAt(page, room('Audiences'), 'Enter');
    await pressAt(page, inPage().getByRole('link', { name: 'Create audience' }).first(), 'Enter');
    await typeAt(page, page.getByLabel('Name', { exact: true }), 'Grown-ups');
    await pressAt(page, page.getByRole('button', { name: 'Add condition' }), 'Enter');
    await typeAt(page, page.getByRole('combobox', { name: 'Attribute' }), 'Ag');
    await page.getByRole('option', { name: 'Age' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const comparison = page.getByRole('combobox', { name: 'Comparison' });
    await pressAt(page, comparison, 'Enter');
    await page.getByRole('option', { name: 'is at least' }).waitFor();
    // A listbox is searched by typing, as the system's own is.
    await page.keyboard.type('is at least');
    await page.keyboard.press('Enter');
    await typeAt(page, page.getByRole('textbox', { name: 'Value' }), '18');
    await pressAt(page, page.getByRole('button', { name: 'Create audience' }), 'Enter');
    await page.getByRole('heading', { name: 'Grown-ups', level: 1 }).waitFor();

    await pressAt(page, room('Flags'), 'Enter');
    await pressAt(page, inPage().getByRole('link', { name: 'New flag' }), 'Enter');
    await typeAt(page, page.getByLabel('Name', { exact: true }), 'Wine list');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Wine list', level: 1 }).waitFor();
    await tabTo(page, page.getByRole('tab', { selected: true }));
    while ((await page.getByRole('tab', { name: 'Production', selected: true }).count()) === 0)
      await page.keyboard.press('ArrowRight');
    await tabTo(page, page.getByRole('radio', { name: 'Everyone' }));
    await page.keyboard.press('ArrowRight');
    await page.getByRole('radio', { name: 'Audiences', checked: true }).waitFor();
    await typeAt(page, page.getByRole('combobox', { name: 'Whoever is in any of these audiences' }), 'Gro');
    await page.getByRole('option', { name: 'Grown-ups' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Grown-ups' }).waitFor();
    await page.keyboard.press('Escape');
    await pressAt(page, page.getByRole('button', { name: 'Save changes' }), 'Enter');
    await page.getByRole('button', { name: 'Save changes' }).waitFor({ state: 'detached' });
    await pressAt(page, page.getByRole('switch', { name: 'Wine list in production' }), 'Space');
    await eventually(async () => (await servedTo('wine-list', { key: 'u1', age: 18 })) === true, {
      what: 'the flag for grown-ups',
    });
    expect(await servedTo('wine-list', { key: 'u1', age: 17 })).toBe(false);
  });

  it('shows in the dashboard of somebody else as it happens', async () => {
    await page.goto('/projects/default/flags');
    const colleague = await dashboard.openSignedIn();
    await colleague.goto('/projects/default/flags');
    const name = { name: 'Dark mode in production' };
    const [mine, theirs] = [page.getByRole('switch', name), colleague.getByRole('switch', name)];
    await eventually(() => theirs.isChecked(), { what: 'the switch to be on' });
    await mine.click();
    await eventually(async () => !(await theirs.isChecked()), { what: 'the switch to go off elsewhere' });
    await theirs.click();
    await eventually(() => mine.isChecked(), { what: 'the switch to go on here' });
    // What scripts do shows as well.
    const made = await dashboard.fauna.api('POST', '/projects/default/flags', {
      key: 'from-a-script',
      name: 'From a script',
      kind: 'boolean',
    });
    expect(made.status).toBe(201);
    for (const one of [page, colleague]) await one.getByRole('link', { name: 'From a script' }).waitFor();
    await dashboard.browser.shut(colleague);
  });

  it('asks before it switches where changes are confirmed', async () => {
    await dashboard.fauna.api(
      'PATCH',
      '/projects/default/environments/staging',
      { confirmChanges: true },
      { 'if-match': '*' },
    );
    await page.goto('/projects/default/flags');
    const toggle = page.getByRole('switch', { name: 'Dark mode in staging' });
    await toggle.click();
    const question = page.getByRole('alertdialog').or(dialog());
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(await toggle.isChecked()).toBe(false);
    await toggle.click();
    await question.getByRole('button', { name: 'Switch on in Staging' }).click();
    await eventually(() => toggle.isChecked(), { what: 'the switch to go on' });
    await eventually(() => isOn('staging'), { what: 'the flag to be on' });
  });

  it('takes a switch back when nobody hears of it, says so, and recovers', async () => {
    await page.goto('/projects/default/flags');
    const toggle = page.getByRole('switch', { name: 'Dark mode in development' });
    await toggle.waitFor();
    dashboard.browser.allow(/ERR_INTERNET_DISCONNECTED/);
    await page.context().setOffline(true);
    await toggle.click();
    await page.getByText('Cannot switch Dark mode on in development').waitFor();
    await eventually(async () => !(await toggle.isChecked()), { what: 'the switch to go back' });
    await page.context().setOffline(false);
    await eventually(
      async () => {
        if (!(await toggle.isChecked())) await toggle.click();
        return toggle.isChecked();
      },
      { what: 'the switch to work again' },
    );
    await eventually(() => isOn('development'), { what: 'the flag to be on' });
  });
});
