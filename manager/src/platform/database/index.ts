export { appRole, workAsAppRole } from './app-role.ts';
export { createDatabase, type Database, type Later, type Queries, type Statement } from './database.ts';
export { placeOfDatabase, readDatabaseUrl } from './database-url.ts';
export { migrate, schemaStateOf } from './migrate.ts';
export { createPool } from './pool.ts';
export { filled, prepared } from './prepared.ts';
export * from './schema/index.ts';
export { keyOrder, searchIn, searchTextOf } from './search.ts';
export { isUnavailable } from './unavailable.ts';
