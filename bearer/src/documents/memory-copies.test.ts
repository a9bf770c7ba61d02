import { MemoryCopies } from './memory-copies.ts';
import { snapshotCopiesContract } from './snapshot-copies.contract.ts';

snapshotCopiesContract('MemoryCopies', async () => {
  const copies = new MemoryCopies();
  return { open: async () => copies };
});
