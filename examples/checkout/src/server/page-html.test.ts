import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../shop/order.ts';
import type { PageState } from '../shop/page-state.ts';
import { priceOf } from '../shop/price.ts';
import { notBuiltPage, renderPage } from './page-html.tsx';

const price = priceOf({ delivery: deliveryOf('standard'), discountPercent: 15 });
const pageOf = (value: boolean, more: Partial<PageState> = {}): PageState => ({
  shopperId: 'california-reader',
  price,
  fauna: {
    url: '',
    key: 'fauna_cli_1',
    bootstrap: { flags: { 'google-pay': { value, variation: String(value), reason: 'RULE' } } },
  },
  flagPage: '/projects/sample/flags/google-pay',
  ...more,
});
const entry = { script: 'assets/main-1.js', styles: ['assets/main-1.css'] };
const render = (page: PageState, connectSources: readonly string[] = []) =>
  renderPage({ entry, connectSources, page });

describe('renderPage()', () => {
  it('has the flag and the price in it before any script runs', async () => {
    const html = await render(pageOf(true)).text();
    expect(html).toContain('Pay with <b>Google Pay</b>');
    expect(html).toContain('Student price, 15% off');
    expect(html).toContain('$50.75');
    expect(html).toMatch(/checked=""[^>]* value="california-reader"/);
    expect(await render(pageOf(false)).text()).not.toContain('Google Pay</b>');
  });

  it('allows nothing that is written into it, and no other origin than it was told', () => {
    const policyOf = (response: Response) => response.headers.get('content-security-policy');
    expect(policyOf(render(pageOf(true)))).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    expect(policyOf(render(pageOf(true), ['https://flags.example.com']))).toContain(
      "connect-src 'self' https://flags.example.com;",
    );
  });

  it('needs no exception from that policy', async () => {
    const html = await render(pageOf(true)).text();
    expect(html).not.toMatch(/ style=| on[a-z]+=/);
    const scripts = html.match(/<script[^>]*>/g);
    expect(scripts).toEqual([
      '<script type="module" src="/example/assets/main-1.js">',
      '<script type="application/json" id="page-state">',
    ]);
  });

  it('hands its state over whole, whatever stands in it', async () => {
    const page = pageOf(true, { flagPage: '/</script><script>alert(1)</script>' });
    const html = await render(page).text();
    const text = /id="page-state">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    expect(JSON.parse(text)).toEqual(page);
    expect(html).not.toContain('<script>alert');
  });
});

describe('notBuiltPage()', () => {
  it('says what to do', async () => {
    const page = notBuiltPage();
    expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});
