import { readableSink } from './readable-sink.ts';
import { streamSinkContract } from './stream-sink.contract.ts';

streamSinkContract('readableSink()', async (listener) => {
  const { sink, body } = readableSink(listener);
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let end: 'closed' | 'cut' | undefined;
  const read = async () => {
    try {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        text += decoder.decode(piece.value, { stream: true });
        // A real peer does not take the next piece before the event loop has turned.
        await new Promise((resolve) => setImmediate(resolve));
      }
      end = 'closed';
    } catch {
      end = 'cut';
    }
  };
  return {
    sink,
    received: () => text,
    read: () => void read(),
    leave: () => void reader.cancel(),
    ended: () => end,
  };
});
