export { type OpenApiDocument, openApiDocument } from './document.ts';
export { serveDocument } from './serve-document.ts';
