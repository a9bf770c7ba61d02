import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectGoodPage, TestBrowser } from './browser.ts';

const good = (body: string) =>
  `<!doctype html><html lang="en"><title>Page</title><meta name="viewport" content="width=device-width">
   <main><h1>Page</h1>${body}</main></html>`;

describe('what the tests of pages judge by', () => {
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    page = await browser.open();
    return () => browser.shut(page);
  });

  it.each([
    ['an error on the console', "<script>console.error('broken')</script>", /console error: broken/],
    ['a warning on the console', "<script>console.warn('shaky')</script>", /console warning: shaky/],
    ['an error that nobody caught', "<script>throw new Error('thrown')</script>", /page error: .*thrown/],
    [
      'a promise that nobody waits for',
      "<script>Promise.reject(new Error('lost'))</script>",
      /page error: .*lost/,
    ],
    [
      'a request that failed',
      '<img alt="" src="http://127.0.0.1:9/">',
      /request: GET http:\/\/127\.0\.0\.1:9\//,
    ],
  ])('finds %s', async (_, body, trouble) => {
    await page.setContent(good(body));
    await expect.poll(() => complaintOf(browser)).toMatch(trouble);
  });

  it('forgives what a test expects, until the next check and no longer', async () => {
    browser.allow(/expected/);
    const complain = good("<script>console.error('expected')</script>");
    await Promise.all([page.waitForEvent('console'), page.setContent(complain)]);
    expect(complaintOf(browser)).toBe('');
    await Promise.all([page.waitForEvent('console'), page.setContent(complain)]);
    expect(complaintOf(browser)).toMatch('expected');
  });

  it.each([
    ['grey text on grey', '<p style="color:#888;background:#999">Hard to read</p>', /color-contrast/],
    ['a field without a name', '<input>', /label/],
    ['what is wider than a phone', '<p style="width:500px">Wide</p>', /phone, dark.*scrollsSideways/s],
    [
      'colours that only the dark scheme makes hard to read',
      '<style>@media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }</style><p>Dark</p>',
      /desk, dark/,
    ],
  ])('objects to %s', async (_, body, objection) => {
    await page.setContent(good(body));
    await expect(expectGoodPage(page, 'a page').catch((error) => describeFailure(error))).resolves.toMatch(
      objection,
    );
  });

  it('has nothing to say of a good page', async () => {
    await page.setContent(good('<p>Text</p>'));
    await expectGoodPage(page, 'a page');
    browser.check();
  });
});

function complaintOf(browser: TestBrowser): string {
  try {
    browser.check();
    return '';
  } catch (error) {
    return describeFailure(error);
  }
}

/** The whole text of a failed expectation, with what was found. */
function describeFailure(error: unknown): string {
  const { message, actual } = error as { readonly message: string; readonly actual?: unknown };
  return `${message} ${JSON.stringify(actual)}`;
}
