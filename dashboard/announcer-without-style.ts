import type { Plugin } from 'vite';

/** What hides the element that tells screen readers about navigations, in the code that SvelteKit generates. */
const inlineStyle = /(<div id="svelte-announcer"[^>]*?) style="[^"]*"/;

/**
 * Hides SvelteKit's announcer by a class instead of its inline style, which the content security policy refuses: then it
 * would be seen. Fails the build when SvelteKit writes it differently, because that has to be looked at.
 */
export function announcerWithoutStyle(): Plugin {
  return {
    name: 'fauna:announcer-without-style',
    enforce: 'pre',
    transform: {
      filter: { id: /\/generated\/root\.svelte$/ },
      handler(code) {
        if (!inlineStyle.test(code))
          this.error('SvelteKit no longer writes the announcer with an inline style');
        return { code: code.replace(inlineStyle, '$1 class="sr-only"'), map: null };
      },
    },
  };
}
