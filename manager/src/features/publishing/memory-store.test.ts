import { MemoryShelf } from '@fauna-flags/bearer';
import { memoryStore } from './memory-store.ts';
import { publishStoreContract } from './publish-store.contract.ts';

publishStoreContract('memoryStore()', async () => memoryStore(new MemoryShelf()));
