export { createDatabase, type Database, type Queries } from './database.ts';
export { migrate } from './migrate.ts';
export { createPool } from './pool.ts';
export * from './schema/index.ts';
export { keyOrder, searchIn, searchTextOf } from './search.ts';
export { isUnavailable } from './unavailable.ts';
