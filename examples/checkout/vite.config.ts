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
    rolldownOptions: {
      input: 'src/web/main.tsx',
      // "use client" speaks to frameworks that render on servers; a bundle for browsers has no use for it.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
});
