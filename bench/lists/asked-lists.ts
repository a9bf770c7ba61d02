/** The lists that are asked for, and how many flags the first page of each holds. */
export const lists = {
  first: { what: 'the first page, of 50', query: '', items: 50 },
  one: { what: 'a page of 1', query: '?limit=1', items: 1 },
  many: { what: 'a page of 200', query: '?limit=200', items: 200 },
  middle: {
    what: 'a page of 50 in the middle',
    query: `?cursor=${Buffer.from('flag-5').toString('base64url')}`,
    items: 50,
  },
  live: { what: 'the first 50 that are not archived', query: '?archived=false', items: 50 },
  tag: { what: 'the first 50 with a tag', query: '?tag=team-7', items: 50 },
  common: { what: 'a search that finds all', query: '?query=NUMBER', items: 50 },
  rare: { what: 'a search that finds one', query: '?query=number%209998', items: 1 },
  none: { what: 'a search that finds none', query: '?query=nothing', items: 0 },
} as const;

/** One of the lists. */
export type ListName = keyof typeof lists;

/** What is asked for again without the index that has the order of lists. */
export const withoutIndex: readonly ListName[] = ['first', 'one', 'middle', 'common'];
