/** The shortest program that follows a flag live. */
export function connectSnippet(url: string): string {
  return `import { createClient } from '@fauna-flags/client';

const fauna = createClient({
  url: '${url}',
  key: 'fauna_cli_…',
  context: { key: 'user-1' },
});

fauna.on('change', () => {
  console.log(fauna.get('my-flag', false));
});`;
}
