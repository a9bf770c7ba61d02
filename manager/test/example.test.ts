import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectGoodPage, takePicture } from './support/browser.ts';
import { type Dashboard, startDashboard } from './support/dashboard.ts';
import { eventually } from './support/fauna-process.ts';

/** A generous bound for a busy machine: what is shown is usually there within a few hundredths of it. */
const soonMs = 5_000;

describe('the example shop beside the dashboard', () => {
  let dashboard: Dashboard;
  let flags: Page;
  let shop: Page;
  beforeAll(async () => {
    dashboard = await startDashboard();
    flags = await dashboard.openSignedIn();
    // Two windows: of two tabs the hidden one draws only now and then.
    shop = await dashboard.openSignedIn();
    await flags.goto('/projects/sample/flags');
    await shop.goto('/example');
    await shop.getByRole('status').filter({ hasText: /^Live/ }).waitFor();
  });
  afterEach(() => dashboard.browser.check());
  afterAll(() => dashboard.close());

  const googlePay = () => shop.getByRole('button', { name: 'Pay with Google Pay' });
  const shopAs = (name: string) =>
    shop.getByRole('radiogroup', { name: 'Shopping as' }).getByRole('radio', { name }).check();
  const total = async () => {
    const text = await shop.locator('dt:text-is("Total") + dd').textContent();
    return Number(text?.replace(/[^\d.]/g, ''));
  };

  it('offers Google Pay to the student on the west coast, and to nobody else', async () => {
    await googlePay().waitFor();
    for (const name of ['Californian, no student', 'Visitor from New York']) {
      await shopAs(name);
      await googlePay().waitFor({ state: 'detached' });
      await shop.getByRole('button', { name: 'Pay with Wallet' }).waitFor();
    }
    await shopAs('Student in Washington');
    await googlePay().waitFor();
  });

  it('follows a switch in the dashboard while both are open', async () => {
    const toggle = flags.getByRole('switch', { name: 'Google Pay in production' });
    await eventually(() => toggle.isChecked(), { what: 'the switch to be on' });
    await flags.evaluate(
      "addEventListener('click', () => { globalThis.clickedAt = Date.now(); }, { capture: true })",
    );
    // The pages of one browser share a clock, so that the way from the click to the button can be measured in them.
    await shop.evaluate(`new MutationObserver(() => {
      const shown = document.querySelector('.reveal:not([inert]) .google-pay') !== null;
      if (shown !== globalThis.shown) Object.assign(globalThis, { shown, changedAt: Date.now() });
    }).observe(document.body, { subtree: true, childList: true, attributes: true })`);
    for (const on of [false, true]) {
      await toggle.click();
      await googlePay().waitFor({ state: on ? 'visible' : 'detached' });
      const clickedAt = await flags.evaluate<number>('clickedAt');
      const changedAt = await shop.evaluate<number>('changedAt');
      expect(changedAt).toBeGreaterThanOrEqual(clickedAt);
      expect(changedAt - clickedAt).toBeLessThan(soonMs);
      expect(await toggle.isChecked()).toBe(on);
    }
  });

  it('tells those who do not see it that a way to pay came or went', async () => {
    const toggle = flags.getByRole('switch', { name: 'Google Pay in production' });
    const status = shop.getByRole('status').filter({ hasText: 'Google Pay' });
    await toggle.click();
    await status.filter({ hasText: 'no longer available' }).waitFor();
    await toggle.click();
    await status.filter({ hasText: 'available now' }).waitFor();
  });

  it('prices on the server, by a flag that browsers never hear of', async () => {
    const heard: Promise<string>[] = [];
    const listen = await dashboard.browser.open({ baseURL: dashboard.url });
    listen.on('response', (response) => {
      const isStream = response.headers()['content-type']?.includes('event-stream');
      if (!isStream) heard.push(response.text().catch(() => ''));
    });
    await listen.goto('/example');
    await listen.getByText('Student price').waitFor();
    const { clientKey } = await listen.evaluate<{ clientKey: string }>(
      "(({ key, clientKey }) => ({ clientKey: clientKey ?? key }))(JSON.parse(document.getElementById('page-state').textContent).fauna)",
    );
    const values = await listen.context().request.post('/connect/client', {
      headers: { authorization: `Bearer ${clientKey}` },
      data: { context: { key: 'washington-student', state: 'Washington', student: true } },
    });
    expect(Object.keys((await values.json()).flags)).toEqual(['google-pay']);
    expect((await Promise.all(heard)).filter((text) => text.includes('student-discount'))).toEqual([]);
    await dashboard.browser.shut(listen);

    const asStudent = await total();
    await shopAs('Visitor from New York');
    await shop.getByText('Student price').waitFor({ state: 'detached' });
    await eventually(async () => (await total()) > asStudent, { what: 'the full price' });
    await shopAs('Student in Washington');
    await eventually(async () => (await total()) === asStudent, { what: 'the student price' });
    const toggle = flags.getByRole('switch', { name: 'Student discount in production' });
    await toggle.click();
    await eventually(async () => (await total()) > asStudent, { what: 'no discount' });
    await toggle.click();
    await eventually(async () => (await total()) === asStudent, { what: 'the discount again' });
  });

  it('leads to its flag in the dashboard', async () => {
    const [page] = await Promise.all([
      shop.context().waitForEvent('page'),
      shop.getByRole('link', { name: 'Open this flag in Fauna' }).click(),
    ]);
    await page.getByRole('heading', { name: 'Google Pay', level: 1 }).waitFor();
    await page.close();
  });

  it('comes back by itself after Fauna was killed, and so does the dashboard', async () => {
    const { fauna, browser } = dashboard;
    const path = '/projects/sample/flags/google-pay/environments/production/toggle';
    const toggle = flags.getByRole('switch', { name: 'Google Pay in production' });
    await googlePay().waitFor();
    browser.allow(/net::ERR_|status of 503/);
    await fauna.end('SIGKILL');
    // A page whose source is gone keeps what it has.
    await shop.getByRole('status').filter({ hasText: /^Live/ }).waitFor({ state: 'detached' });
    expect(await googlePay().isVisible()).toBe(true);
    await fauna.start();
    for (const enabled of [false, true]) {
      expect((await fauna.api('POST', path, { enabled })).status).toBe(200);
      await googlePay().waitFor({ state: enabled ? 'visible' : 'detached' });
      await eventually(async () => (await toggle.isChecked()) === enabled, { what: 'the switch to follow' });
    }
    await shop.getByRole('status').filter({ hasText: /^Live/ }).waitFor();
  });

  it('is a good page on a desk and on a phone, in light and in dark colours', async () => {
    await shop.goto('/example');
    await googlePay().waitFor();
    await shop.getByRole('status').filter({ hasText: /^Live/ }).waitFor();
    await expectGoodPage(shop, '/example');
    await takePicture(shop, 'example');
  });
});
