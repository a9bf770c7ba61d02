import { MemoryReports, MemoryShelf } from '@fauna-flags/bearer';
import { memoryStore } from './memory-store.ts';
import { publishStoreContract } from './publish-store.contract.ts';

publishStoreContract('memoryStore()', async () => {
  const reports = new MemoryReports({ steady: () => performance.now() });
  return {
    store: memoryStore(new MemoryShelf(), reports),
    report: (heartbeat) => reports.report(heartbeat),
  };
});
