import { defineConfig } from 'vite';

// The server renders the page and finds the names of these files in the manifest.
export default defineConfig({
  root: import.meta.dirname,
  base: '/example/',
  resolve: { conditions: ['@fauna-flags/source', 'module', 'browser', 'production'] },
  build: {
    outDir: 'dist/web',
    emptyOutDir: true,
    manifest: true,
    // Fonts and images as data would need a wider policy; there are none, and a small file is no loss.
    assetsInlineLimit: 0,
    rolldownOptions: { input: 'src/web/main.tsx' },
  },
});
