/*
 * Follows one document from a folder, with copies in another, and dies at once, as a crash of the process would have it, when
 * it parses a poisonous one. Prints what it serves and what it rejects once it knows both.
 */
import { argv, kill, pid, stdout } from 'node:process';
import { defaultBearerLimits } from '../../src/config.ts';
import { DocumentFollower } from '../../src/documents/document-follower.ts';
import { KeptDocuments } from '../../src/documents/kept-documents.ts';
import { NodeDiskCopies } from '../../src/documents/node-disk-copies.ts';
import { NodeFolderSource } from '../../src/documents/node-folder-source.ts';
import { nodeClock } from '../../src/entry/node-clock.ts';
import { nodeCrypto } from '../../src/entry/node-crypto.ts';

const [, , source = '', data = ''] = argv;
const log = { info: () => {}, warn: () => {}, error: () => {} };
const folder = new NodeFolderSource({ folder: source, clock: nodeClock });
const kept = new KeptDocuments({ copies: new NodeDiskCopies(data), clock: nodeClock, log });
await kept.load();
const follower = new DocumentFollower<unknown>({
  documentId: 'doc',
  reader: {
    read: () => folder.read('doc'),
    position: () => folder.position('doc'),
    watch: (onHint) => folder.watch('doc', onHint),
  },
  parse: ({ payload }) => {
    const document: { poison?: boolean } = JSON.parse(new TextDecoder().decode(payload));
    if (document.poison === true) kill(pid, 'SIGKILL');
    return document;
  },
  onApplied: () => {},
  bytesMax: 10_000,
  kept,
  clock: nodeClock,
  random: Math.random,
  crypto: nodeCrypto,
  log,
  limits: defaultBearerLimits,
});
await follower.start();
await follower.confirm();
await kept.settled();
stdout.write(`${JSON.stringify({ serves: follower.document, ...follower.status() })}\n`);
