import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineProject } from 'vitest/config';

// The dashboard's logic without a browser; its pages are tested in a real one, beside the manager that serves them.
const source = '@fauna-flags/source';

export default defineProject({
  plugins: [svelte({ configFile: false })],
  resolve: {
    alias: { $lib: new URL('src/lib', import.meta.url).pathname },
    conditions: [source, 'svelte', 'module', 'node', 'development|production'],
  },
  ssr: { resolve: { externalConditions: [source, 'node'] } },
  test: {
    name: 'dashboard',
    include: ['src/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
  },
});
