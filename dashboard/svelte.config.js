import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
const config = {
  preprocess: vitePreprocess(),
  kit: {
    // Every page is the one fallback: the manager answers it for whatever path is no file and no reserved prefix.
    adapter: adapter({ fallback: '200.html', precompress: true }),
    // The first page needs no file but what it shows; the version tells an open tab that a newer build was deployed.
    version: { pollInterval: 0 },
  },
};

export default config;
