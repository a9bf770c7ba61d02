import type { BrowserContextOptions, Page } from 'playwright-core';
import { TestBrowser } from './browser.ts';
import { FaunaProcess } from './fauna-process.ts';

/** The person that the stories are about. */
export const ada = { name: 'Ada Lovelace', email: 'ada@example.org', password: 'a poetical science, 1843' };

/** A running Fauna whose dashboard a real browser looks at. */
export interface Dashboard {
  readonly fauna: FaunaProcess;
  readonly browser: TestBrowser;
  /** Where people find it. */
  readonly url: string;
  /** A window in which Ada is signed in; it shows nothing yet. */
  openSignedIn(options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

/** Starts Fauna and Chromium. Ada owns the place, unless a test is about how she comes to do so. */
export async function startDashboard({ withOwner = true } = {}): Promise<Dashboard> {
  const fauna = await FaunaProcess.prepare();
  const [browser] = await Promise.all([TestBrowser.launch(), fauna.start()]);
  if (withOwner) {
    const made = await fauna.api('POST', '/owner', ada);
    if (made.status !== 201)
      throw new Error(`Cannot create the owner: ${made.status} ${JSON.stringify(made.body)}`);
  }
  const { url } = fauna;
  return {
    fauna,
    browser,
    url,
    async openSignedIn(options) {
      const page = await browser.open({ baseURL: url, ...options });
      const { email, password } = ada;
      const answer = await page.context().request.post('/api/v1/session', { data: { email, password } });
      if (answer.status() !== 201)
        throw new Error(`Cannot sign in: ${answer.status()} ${await answer.text()}`);
      return page;
    },
    async close() {
      await browser.close();
      await fauna.dispose();
    },
  };
}

/** The link that the process printed; fails when it printed none. */
export function printedLink({ output }: FaunaProcess): string {
  const link = /https?:\/\/\S+\/welcome#token=\S+/.exec(output)?.[0];
  if (link === undefined) throw new Error(`Cannot find a one-time link in:\n${output}`);
  return link;
}
