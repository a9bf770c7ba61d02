import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ada, type Dashboard, printedLink, startDashboard } from './support/dashboard.ts';

describe('the first visit to the dashboard', () => {
  let dashboard: Dashboard;
  let link: string;
  let page: Page;
  beforeAll(async () => {
    dashboard = await startDashboard({ withOwner: false });
    link = printedLink(dashboard.fauna);
    page = await dashboard.browser.open();
  });
  afterEach(() => dashboard.browser.check());
  afterAll(() => dashboard.close());

  const fill = async (values: Readonly<Record<string, string>>) => {
    for (const [label, value] of Object.entries(values))
      await page.getByLabel(label, { exact: true }).fill(value);
  };
  const path = () => new URL(page.url()).pathname;

  it('sends a stranger to sign in and shows nothing else, not even with a token of their own', async () => {
    const { browser, fauna } = dashboard;
    browser.allow(/status of (401|403)/);
    const stranger = await browser.open({ baseURL: dashboard.url });
    for (const target of ['/', '/projects', '/projects/default/flags', '/projects/default/audit']) {
      await stranger.goto(target);
      await stranger.waitForURL(/\/sign-in/);
      await stranger.getByRole('button', { name: 'Sign in' }).waitFor();
    }
    await stranger.goto('/welcome');
    await stranger.getByText('one-time link').first().waitFor();
    expect(await stranger.getByRole('button', { name: 'Create the owner' }).count()).toBe(0);

    await stranger.goto(`/welcome#token=${'A'.repeat(43)}`);
    await stranger.getByLabel('Name', { exact: true }).fill('Mallory');
    await stranger.getByLabel('E-mail', { exact: true }).fill('mallory@example.org');
    await stranger.getByLabel('Password', { exact: true }).fill('let me in, let me in');
    await stranger.getByRole('button', { name: 'Create the owner' }).click();
    await stranger.getByText('This link is not valid').waitFor();
    expect(await stranger.context().cookies()).toEqual([]);
    expect((await fauna.api('GET', '/owner')).body).toEqual({ exists: false });
    await browser.shut(stranger);
  });

  it('lets whoever has the printed link become the owner, and wipes the token from the address', async () => {
    dashboard.browser.allow(/status of 401/);
    await page.goto(link);
    await fill({ Name: ada.name, 'E-mail': ada.email, Password: ada.password });
    expect(page.url()).not.toContain('token');
    await page.getByRole('button', { name: 'Create the owner' }).click();
    await page.waitForURL(/\/projects/);
    await page.getByRole('button', { name: `Account of ${ada.name}` }).waitFor();
    expect(await page.context().cookies()).toMatchObject([
      { name: 'fauna_session', httpOnly: true, sameSite: 'Lax', path: '/' },
    ]);
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  it('signs out, and the session is dead for whoever kept the cookie', async () => {
    dashboard.browser.allow(/status of 401/);
    const kept = await page.context().cookies();
    await page.getByRole('button', { name: `Account of ${ada.name}` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/\/sign-in/);
    expect(await page.context().cookies()).toEqual([]);
    await page.context().addCookies(kept);
    expect((await page.context().request.get(`${dashboard.url}/api/v1/session`)).status()).toBe(401);
    await page.goto(`${dashboard.url}/projects`);
    await page.waitForURL(/\/sign-in/);
  });

  it('refuses a wrong password and an unknown person in the same words', async () => {
    dashboard.browser.allow(/status of 401/);
    const words: (string | null)[] = [];
    for (const email of [ada.email, 'nobody@example.org']) {
      await page.goto(`${dashboard.url}/sign-in`);
      await fill({ 'E-mail': email, Password: 'certainly not the password' });
      await page.getByRole('button', { name: 'Sign in' }).click();
      const message = page.getByText('The e-mail address or the password is wrong');
      await message.waitFor();
      words.push(await message.textContent());
      expect(path()).toBe('/sign-in');
    }
    expect(words[0]).toBe(words[1]);
  });

  it('signs in again and comes back to the page that was asked for', async () => {
    dashboard.browser.allow(/status of 401/);
    await page.goto(`${dashboard.url}/projects/default/flags`);
    await page.waitForURL(/\/sign-in/);
    await fill({ 'E-mail': ada.email, Password: ada.password });
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname === '/projects/default/flags');
    await page.getByRole('heading', { name: 'Flags', level: 1 }).waitFor();
  });

  it('makes the link worthless for the next', async () => {
    const { browser, fauna } = dashboard;
    const late = await browser.open();
    await late.goto(link);
    await late.getByText('This link was used').waitFor();
    const token = new URL(link).hash.replace('#token=', '');
    const again = await late.context().request.post(`${dashboard.url}/api/v1/owner`, {
      data: { ...ada, email: 'second@example.org', token },
    });
    expect([again.status(), (await again.json()).code]).toEqual([409, 'owner_exists']);
    await browser.shut(late);
    // Started again, it asks people to sign in instead of printing a link.
    await fauna.end('SIGTERM');
    fauna.output = '';
    browser.allow(/./);
    await fauna.start();
    expect(() => printedLink(fauna)).toThrow('Cannot find a one-time link');
    expect(fauna.output).toContain('/sign-in');
  });
});
