/** What a person chose to see; `system` follows the device. */
export type ThemeChoice = 'system' | 'light' | 'dark';

/** static/theme.js reads it before the first paint. */
const storageKey = 'fauna-theme';

/** The theme of this browser. */
class Theme {
  choice = $state<ThemeChoice>(readChoice());

  /** Shows the theme now and remembers it. */
  choose(choice: ThemeChoice): void {
    this.choice = choice;
    if (choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    try {
      if (choice === 'system') localStorage.removeItem(storageKey);
      else localStorage.setItem(storageKey, choice);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }
}

/** The one theme of the page. */
export const theme = new Theme();

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}
