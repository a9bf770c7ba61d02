/**
 * An address of Postgres in its parts, or undefined where it is none. One without a host (`postgres://user@/db?host=/run`)
 * names a socket further on; browsers' rules know no such address, so that it gets a host to be read with.
 */
export function readDatabaseUrl(text: string): URL | undefined {
  if (!/^postgres(ql)?:\/\//.test(text)) return undefined;
  const withHost = text.replace('@/', '@socket/');
  return [text, withHost].filter((each) => URL.canParse(each)).map((each) => new URL(each))[0];
}

/** Where a database lies, as messages may name it: without who asks, and without the password. */
export function placeOfDatabase(text: string): string {
  const url = readDatabaseUrl(text);
  return url === undefined ? 'the address given' : `${url.hostname}:${url.port || 5432}${url.pathname}`;
}
