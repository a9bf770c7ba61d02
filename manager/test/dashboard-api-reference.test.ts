import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OpenApiDocument } from '../src/features/openapi/index.ts';
import { pressAt, tabTo } from './support/browser-keyboard.ts';
import { type Dashboard, startDashboard } from './support/dashboard.ts';

describe('the API reference', () => {
  let dashboard: Dashboard;
  let page: Page;
  beforeAll(async () => {
    dashboard = await startDashboard();
    page = await dashboard.openSignedIn();
  });
  afterEach(() => dashboard.browser.check());
  afterAll(() => dashboard.close());

  it('is one step away from every page of the dashboard', async () => {
    await page.goto('/projects/sample/flags');
    await page.getByRole('link', { name: 'API reference' }).click();
    await page.getByRole('heading', { name: 'Fauna management API', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/api/docs');
  });

  it('lists every operation of the document, and finds them by their words', async () => {
    const answer = await fetch(`${dashboard.url}/api/openapi.json`);
    const document = (await answer.json()) as OpenApiDocument;
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => `/api/docs/${operationId}`),
    );
    await page.goto('/api/docs');
    const main = page.getByRole('main');
    await main.getByRole('link').first().waitFor();
    const links = () =>
      main.getByRole('link').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect((await links()).sort()).toEqual(ids.sort());

    await page.keyboard.press('/');
    await page.keyboard.type('toggle');
    await expect.poll(links).toEqual(['/api/docs/toggleFlag']);
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await links()).length).toBe(ids.length);
  });

  it('sends a request without a mouse, with the session that is there', async () => {
    await page.goto('/api/docs');
    await page.getByRole('main').getByRole('link').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('getProject');
    const nav = page.getByRole('navigation', { name: 'Operations' });
    await expect.poll(() => nav.getByRole('link').count()).toBe(1);
    await pressAt(page, nav.getByRole('link', { name: 'Read a project' }), 'Enter');
    await page.getByRole('heading', { name: 'Read a project', level: 1 }).waitFor();

    const field = page.getByRole('textbox', { name: 'project' });
    await tabTo(page, field);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('sample');
    const command = page.getByRole('figure', { name: 'As a command' });
    expect(await command.textContent()).toContain(`curl '${dashboard.url}/api/v1/projects/sample'`);
    await pressAt(page, page.getByRole('button', { name: 'Send' }), 'Enter');
    await page.getByText('Answered 200').waitFor();
    const answer = await page.getByRole('figure', { name: 'The answer' }).textContent();
    expect(JSON.parse(answer ?? '')).toMatchObject({ key: 'sample' });
  });

  it('shows a refusal like any other answer', async () => {
    dashboard.browser.allow(/status of 401/);
    const guest = await dashboard.browser.open({ baseURL: dashboard.url });
    await guest.goto('/api/docs/listProjects');
    await guest.getByRole('button', { name: 'Send' }).click();
    await guest.getByText('Answered 401').waitFor();
    expect(await guest.getByRole('figure', { name: 'The answer' }).textContent()).toContain('"unauthorized"');
    await dashboard.browser.shut(guest);
  });
});
