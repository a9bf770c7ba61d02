export { LiveFeed } from './live-feed.ts';
export { liveOperations } from './operations.ts';
