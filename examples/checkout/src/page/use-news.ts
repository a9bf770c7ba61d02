import { useState } from 'react';

/** What to say about a change of a value; nothing about the value that the page began with. */
export function useNews<T>(value: T, tell: (value: T) => string): string {
  const [{ last, news }, setState] = useState({ last: value, news: '' });
  if (!Object.is(last, value)) setState({ last: value, news: tell(value) });
  return news;
}
