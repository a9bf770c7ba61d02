// Nothing of the application is ambient; the file keeps the types of SvelteKit in reach.
import '@sveltejs/kit';
