export { LiveFeed } from './live-feed.ts';
export { liveRoutes } from './routes.ts';
