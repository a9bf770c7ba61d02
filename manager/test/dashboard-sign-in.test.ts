import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { expectGoodPage, TestBrowser } from './support/browser.ts';
import { ada } from './support/dashboard.ts';
import { FaunaProcess } from './support/fauna-process.ts';
import { type IdentityProvider, startIdentityProvider } from './support/identity-provider.ts';

describe('signing in at the dashboard through a provider', () => {
  let fauna: FaunaProcess;
  let provider: IdentityProvider;
  let browser: TestBrowser;
  let page: Page;

  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    provider = await startIdentityProvider({ redirectUri: `${fauna.url}/api/v1/sign-in/oidc/callback` });
    provider.people.set('ada', { email: ada.email, email_verified: true });
    provider.people.set('eve', { email: 'eve@example.org', email_verified: true });
    [browser] = await Promise.all([
      TestBrowser.launch(),
      fauna.start({
        FAUNA_URL: fauna.url,
        FAUNA_OIDC_ISSUER: provider.issuer,
        FAUNA_OIDC_CLIENT_ID: provider.clientId,
        FAUNA_OIDC_CLIENT_SECRET: provider.clientSecret,
        FAUNA_OIDC_NAME: 'Example ID',
      }),
    ]);
    await fauna.api('POST', '/owner', ada);
    page = await browser.open({ baseURL: fauna.url });
  });
  afterEach(() => browser.check());
  afterAll(async () => {
    await browser.close();
    await fauna.dispose();
    await provider.close();
  });

  async function signOut() {
    await page.getByRole('button', { name: `Account of ${ada.name}` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/\/sign-in/);
  }
  /** Goes through the pages of the provider, which are its own affair. */
  async function signInThere(name: string) {
    browser.allow(/status of 401|favicon\.ico|fonts\.googleapis/);
    await page.getByRole('link', { name: 'Continue with Example ID' }).click();
    await page.waitForURL(`${provider.issuer}/**`);
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('any');
    await page.locator('[type=submit]').click();
    await page.getByText('Authorize').first().waitFor();
    await page.locator('[type=submit]').click();
    await page.waitForURL(`${fauna.url}/**`);
  }

  it('lets somebody in whom the provider knows, to the page that they wanted to see', async () => {
    browser.allow(/status of 401/);
    await page.goto('/projects/default/audit');
    await page.waitForURL(/\/sign-in\?next=/);
    await page.getByRole('link', { name: 'Continue with Example ID' }).waitFor();
    await expectGoodPage(page, 'the sign-in page with a provider');
    await signInThere('ada');
    await page.waitForURL('**/projects/default/audit');
    await page.getByRole('button', { name: `Account of ${ada.name}` }).waitFor();
    await signOut();
  });

  it('says why somebody without an account is not let in', async () => {
    await page.context().clearCookies();
    await page.goto('/sign-in');
    await signInThere('eve');
    await page.getByText('You have no account here').waitFor();
  });
});
