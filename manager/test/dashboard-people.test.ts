import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectGoodPage } from './support/browser.ts';
import { ada, type Dashboard, startDashboard } from './support/dashboard.ts';

const grace = { name: 'Grace Hopper', email: 'grace@example.org', password: 'a compiler of one’s own' };
const flag = '/projects/sample/flags/google-pay';

describe('people in the dashboard, from an invitation to a token of their own', () => {
  let dashboard: Dashboard;
  let owner: Page;
  let guest: Page;
  beforeAll(async () => {
    dashboard = await startDashboard();
    owner = await dashboard.openSignedIn();
    guest = await dashboard.browser.open({ baseURL: dashboard.url });
  });
  afterEach(() => dashboard.browser.check());
  afterAll(() => dashboard.close());

  const fill = async (page: Page, values: Readonly<Record<string, string>>) => {
    for (const [label, value] of Object.entries(values))
      await page.getByLabel(label, { exact: true }).fill(value);
  };
  const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();

  /** Choosing in one of our own lists, which are no `<select>`. */
  const choose = async (page: Page, list: string, option: string) => {
    await page.getByLabel(list).first().click();
    await page.getByRole('option', { name: option }).click();
  };

  /** The link that the owner is shown once. */
  async function invite(project: string, email?: string): Promise<string> {
    await owner.goto(`/projects/${project}/members`);
    await press(owner, 'Invite');
    if (email !== undefined) await owner.getByRole('dialog').getByLabel('E-mail').fill(email);
    await press(owner, 'Make the link');
    const link = await owner.getByRole('dialog').locator('code').textContent();
    await press(owner, 'I have copied the link');
    if (link === null) throw new Error('Cannot find the link in the dialog');
    return link;
  }

  let link = '';
  it('shows an invitation to whoever has its link, and wipes the token from the address', async () => {
    dashboard.browser.allow(/status of (401|404)/);
    link = await invite('sample');
    await guest.goto(link);
    await guest.getByRole('heading', { name: 'Join Sample shop' }).waitFor();
    await guest.getByText(`${ada.email} invites you`).waitFor();
    await guest.waitForURL((url) => url.hash === '');
    await guest.reload();
    await guest.getByRole('heading', { name: 'Join Sample shop' }).waitFor();
    await expectGoodPage(guest, 'an invitation');
  });

  it('lets them in with what the invitation says they are, once', async () => {
    dashboard.browser.allow(/status of (401|404)/);
    await fill(guest, { Name: grace.name, 'E-mail': grace.email, Password: grace.password });
    await press(guest, 'Join Sample shop');
    await guest.waitForURL(/\/projects\/sample\/flags$/);
    await row(owner, grace.name).waitFor();
    await owner.goto(link);
    await owner.getByRole('heading', { name: 'This invitation is over' }).waitFor();
    await owner.goto('/projects/sample/members');
    await row(owner, grace.name).waitFor();
    await expectGoodPage(owner, 'the members');
  });

  it('shows a viewer flags and how they are configured, and locks them', async () => {
    const isOff = async (path: string, name: string) => {
      await guest.goto(path);
      const control = guest.getByRole('switch', { name });
      await control.waitFor();
      return control.isDisabled();
    };
    expect(await isOff('/projects/sample/flags', 'Google Pay in production')).toBe(true);
    expect(await guest.getByRole('link', { name: 'New flag' }).count()).toBe(0);
    await guest.getByText('Only editors and admins can change flags').waitFor();
    expect(await isOff(flag, 'Google Pay in production')).toBe(true);
    await guest.getByText('You are a viewer of this project').waitFor();
    expect(await guest.getByRole('radio', { name: 'Everyone' }).isDisabled()).toBe(true);
    await guest.getByLabel('State', { exact: true }).fill('Oregon');
    await expectGoodPage(guest, 'a flag as a viewer sees it');
  });

  it('offers a viewer nothing that they may not do, and names who may', async () => {
    for (const [path, reason] of [
      ['audiences', 'Only editors and admins can create audiences'],
      ['attributes', 'Only editors and admins can create attributes'],
      ['environments', 'Only admins can change environments'],
      ['sdk-keys', 'Only admins can change SDK keys'],
      ['members', 'Only admins can invite people'],
      ['flags/new', 'Only editors and admins can create flags'],
    ]) {
      await guest.goto(`/projects/sample/${path}`);
      await guest.getByText(reason ?? '').waitFor();
      expect(await guest.getByRole('button', { name: /^(Create|New|Edit|Delete|Take|Invite)/ }).count()).toBe(
        0,
      );
    }
  });

  it('gives an editor what editors may do, on a page that is open already', async () => {
    await guest.goto(flag);
    const flip = guest.getByRole('switch', { name: 'Google Pay in production' });
    await flip.and(guest.locator(':disabled')).waitFor();
    await owner.goto('/projects/sample/members');
    await choose(owner, `Role of ${grace.name}`, 'Editor');
    await flip.and(guest.locator(':enabled')).waitFor();
    await flip.click();
    await guest.getByText('Off in Production').waitFor();
    await guest.goto('/projects/sample/sdk-keys');
    await guest.getByText('Only admins can change SDK keys').waitFor();
  });

  it('shows a token once, which opens what was chosen and nothing after it was deleted', async () => {
    await guest.goto('/account');
    await press(guest, 'Create token');
    await guest.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Deploy script');
    await guest.getByRole('dialog').getByRole('button', { name: 'Create token' }).click();
    const token = await guest.getByRole('dialog').locator('code').first().textContent();
    const ask = async () => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${dashboard.url}/api/v1/projects/sample`, { headers })).status;
    };
    expect(await ask()).toBe(200);
    await press(guest, 'I have copied the token');
    await row(guest, 'Deploy script').waitFor();
    await expectGoodPage(guest, 'the account');
    await press(guest, 'Delete token Deploy script');
    await guest.getByRole('dialog').getByRole('button', { name: 'Delete token' }).click();
    await row(guest, 'Deploy script').waitFor({ state: 'detached' });
    expect(await ask()).toBe(401);
  });

  it('changes a password, which ends every other session and keeps this one', async () => {
    dashboard.browser.allow(/status of (401|422)/);
    const password = 'nanoseconds of copper wire';
    const other = await dashboard.browser.open({ baseURL: dashboard.url });
    const { email } = grace;
    await other.context().request.post('/api/v1/session', { data: { email, password: grace.password } });
    await other.goto('/projects/sample/members');
    await row(other, grace.name).waitFor();
    await guest.goto('/account');
    await guest.getByRole('button', { name: /^End the session of/ }).waitFor();
    await fill(guest, { 'Current password': 'certainly not this one', 'New password': password });
    await press(guest, 'Change password');
    await guest.locator('[aria-invalid="true"]').waitFor();
    await fill(guest, { 'Current password': grace.password });
    await press(guest, 'Change password');
    await guest.getByText('Your password is changed').waitFor();
    await guest.getByRole('button', { name: /^End the session of/ }).waitFor({ state: 'detached' });
    await other.waitForURL(/\/sign-in/);
    await dashboard.browser.shut(other);
    Object.assign(grace, { password });
  });

  it('brings who has an account through the sign-in page back to the invitation', async () => {
    dashboard.browser.allow(/status of (401|409)/);
    const link = await invite('default', grace.email);
    const away = await dashboard.browser.open({ baseURL: dashboard.url });
    await away.goto(link);
    expect(await away.getByLabel('E-mail', { exact: true }).inputValue()).toBe(grace.email);
    await fill(away, { Name: grace.name, Password: grace.password });
    await press(away, /^Join/);
    await away.getByRole('link', { name: 'Sign in and join' }).click();
    await fill(away, { 'E-mail': grace.email, Password: grace.password });
    await press(away, 'Sign in');
    await away.getByText('You are signed in as').waitFor();
    await press(away, /^Join/);
    await away.waitForURL(/\/projects\/default\/flags$/);
    expect(await away.evaluate('sessionStorage.length')).toBe(0);
    await dashboard.browser.shut(away);
  });

  it('lists the users for owners', async () => {
    await owner.goto('/users');
    await row(owner, grace.name).waitFor();
    await expectGoodPage(owner, 'the users');
  });

  it('lets owners manage users, but for the last owner', async () => {
    dashboard.browser.allow(/status of (401|403|409)/);
    const act = async (name: string, deed: string) => {
      await press(owner, `Actions for ${name}`);
      await owner.getByRole('menuitem', { name: deed }).click();
    };
    await owner.goto('/users');
    await owner.getByLabel('Search users').fill('GRACE');
    await row(owner, ada.name).waitFor({ state: 'detached' });
    await owner.getByLabel('Search users').fill('');
    await row(owner, ada.name).waitFor();
    await act(ada.name, 'Owner no longer');
    await owner.getByRole('dialog').getByRole('button', { name: 'Owner no longer' }).click();
    await owner.getByText('You are the last owner').waitFor();
    await press(owner, 'Cancel');
    await act(grace.name, 'Delete');
    await owner.getByText('their memberships of 2 projects').waitFor();
    await owner.getByRole('dialog').getByRole('textbox').fill(grace.email);
    await press(owner, 'Delete user');
    await row(owner, grace.name).waitFor({ state: 'detached' });
    await guest.waitForURL(/\/sign-in/);
  });
});
