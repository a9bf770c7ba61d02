/*
 * Saves one version of a document after the other, as quickly as the disk takes them, and prints each once it is safe.
 * Whoever has started it kills it in the middle.
 */
import { argv, stdout } from 'node:process';
import { NodeDiskCopies } from '../../src/documents/node-disk-copies.ts';
import { largeSnapshot } from '../support/large-snapshot.ts';

const [, , folder = '', first = ''] = argv;
const copies = new NodeDiskCopies(folder);
for (let version = Number(first); ; version += 1) {
  await copies.save('doc', largeSnapshot(version));
  stdout.write(`${version}\n`);
}
