/** Nothing is rendered on a server: the manager serves one file for every page, and the browser does the rest. */
export const ssr = false;
/** No page is known at build time. */
export const prerender = false;
