import { MemoryUsageSink } from './memory-usage-sink.ts';
import { usageSinkContract } from './usage-sink.contract.ts';

usageSinkContract('MemoryUsageSink', async () => {
  const sink = new MemoryUsageSink();
  return { sink, arrived: async () => sink.take() };
});
