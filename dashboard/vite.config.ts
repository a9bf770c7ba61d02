import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { announcerWithoutStyle } from './announcer-without-style.ts';

// Workspace packages are read from their sources, as everywhere else in the repository. The other conditions are Vite's own.
const source = '@fauna-flags/source';

// In development the API is another process. Given the admin token, the proxy signs in for you.
const manager = process.env.FAUNA_MANAGER ?? 'http://localhost:3000';
const adminToken = process.env.FAUNA_ADMIN_TOKEN;

export default defineConfig({
  plugins: [announcerWithoutStyle(), tailwindcss(), sveltekit()],
  resolve: { conditions: [source, 'svelte', 'module', 'browser', 'development|production'] },
  ssr: {
    resolve: {
      conditions: [source, 'svelte', 'module', 'node', 'development|production'],
      externalConditions: [source, 'node'],
    },
  },
  build: {
    // The content security policy allows fonts and images of this origin and none in data URLs.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '^/(api(?!/docs(/|$))|example)(/|$)': {
        target: manager,
        changeOrigin: true,
        ...(adminToken === undefined ? {} : { headers: { authorization: `Bearer ${adminToken}` } }),
      },
    },
  },
});
