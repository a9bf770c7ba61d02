import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { expect } from 'vitest';
import { projectRoot } from './fauna-process.ts';

/** The sizes that every page is looked at in. */
const viewports = {
  desk: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

/** How long a page may take to show what it should, on the slowest machine that runs the tests. */
const patienceMs = 15_000;

/**
 * A real Chromium, one for a test file. Everything that goes wrong on any of its pages is collected: call `check()` after
 * each test, so that an error nobody looked for fails it.
 */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #contexts = new Set<BrowserContext>();
  #troubles: string[] = [];
  #allowed: RegExp[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts the Chromium of `FAUNA_CHROMIUM`, else the one on PATH. */
  static async launch(): Promise<TestBrowser> {
    return new TestBrowser(
      await chromium.launch({
        executablePath: findChromium(process.env),
        args: [
          // Chromium's sandbox refuses to work for root, whom containers run tests as.
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
          '--disable-background-networking',
          '--disable-component-update',
        ],
      }),
    );
  }

  /** Opens a window of its own, with its own cookies and storage. */
  async open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: viewports.desk,
      colorScheme: 'light',
      // Colours on their way from one to another are not what people read.
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(patienceMs);
    this.#contexts.add(context);
    context.on('page', (page) => this.#watch(page));
    return context.newPage();
  }

  /** Closes the window of a page, with every page in it. */
  async shut(page: Page): Promise<void> {
    this.#contexts.delete(page.context());
    await page.context().close();
  }

  /** Expects trouble: what fits the pattern is none until the next `check()`. */
  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  /** Fails when any page had trouble since the last call. */
  check(): void {
    const troubles = this.#troubles.filter((text) => !this.#allowed.some((pattern) => pattern.test(text)));
    this.#troubles = [];
    this.#allowed = [];
    expect(troubles).toEqual([]);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  #watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      this.#troubles.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#troubles.push(`page error: ${error.stack ?? error.message}`));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? 'unknown';
      // The page itself has left, or has closed its stream.
      if (reason !== 'net::ERR_ABORTED')
        this.#troubles.push(`request: ${request.method()} ${request.url()} ${reason}`);
    });
  }
}

/** The rules of axe that another colour scheme can break; the rest is the same in both. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/** A change of colours goes through transitions, however short, and until a frame later styles tell of the old ones. */
const untilColoursAreSettled = `(async () => {
  for (let frame = 0; frame < 120; frame += 1) {
    await new Promise(requestAnimationFrame);
    if (frame > 0 && !document.getAnimations().some((animation) => animation instanceof CSSTransition)) return;
  }
})()`;

/**
 * Looks at a page in every size and colour scheme, without loading it again. Fails unless axe finds nothing to object to
 * and nothing scrolls sideways. The page is left as it was opened: on a desk, in light colours.
 */
export async function expectGoodPage(page: Page, what: string): Promise<void> {
  await expectGoodLook(page, `${what}, desk, light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectGoodLook(page, `${what}, desk, dark`, colourRules);
  await page.setViewportSize(viewports.phone);
  await expectGoodLook(page, `${what}, phone, dark`);
  await page.emulateMedia({ colorScheme: 'light' });
  await expectGoodLook(page, `${what}, phone, light`, colourRules);
  await page.setViewportSize(viewports.desk);
}

async function expectGoodLook(page: Page, what: string, rules?: readonly string[]): Promise<void> {
  await page.evaluate(untilColoursAreSettled);
  // Nothing here has frames, and nobody reads what was right: so asked, axe is three times as fast.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations } = await (rules === undefined ? axe : axe.withRules([...rules])).analyze();
  const found = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map(({ target, any }) => `${target.join(' ')} (${any[0]?.message ?? ''})`).join('; ')}`,
  );
  const widths = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  expect({ what, found, scrollsSideways: widths[0] > widths[1] }).toEqual({
    what,
    found: [],
    scrollsSideways: false,
  });
}

/** Writes a picture into docs/images when `FAUNA_SCREENSHOTS=1` asks for it; else a test run leaves the tree as it was. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (process.env.FAUNA_SCREENSHOTS !== '1') return;
  await page.evaluate(untilColoursAreSettled);
  const folder = join(projectRoot, 'docs', 'images');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.png`), await page.screenshot({ animations: 'disabled' }));
}

function findChromium({ FAUNA_CHROMIUM, PATH = '' }: NodeJS.ProcessEnv): string {
  const found = [
    ...(FAUNA_CHROMIUM ? [FAUNA_CHROMIUM] : []),
    ...PATH.split(delimiter).map((folder) => join(folder, 'chromium')),
  ].find((file) => existsSync(file));
  if (found === undefined) throw new Error('Cannot find Chromium: name it in FAUNA_CHROMIUM');
  return found;
}
