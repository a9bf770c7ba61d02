import { RedisServer } from '../support/redis-server.ts';
import { UpstashServer } from '../support/upstash-server.ts';
import { Worker } from '../support/worker.ts';
import { bundleWorker } from '../support/worker-bundle.ts';
import { bearerContract } from './bearer.contract.ts';

bearerContract('Workers', async () => {
  const redis = await RedisServer.start();
  const upstash = await UpstashServer.start(redis);
  const { source } = await bundleWorker();
  const worker = new Worker(source, {
    UPSTASH_REDIS_REST_URL: upstash.url,
    UPSTASH_REDIS_REST_TOKEN: upstash.token,
  });
  await worker.start();
  return {
    fetch: (path, init = {}) => {
      // workerd drops a connection on which it has refused a request unread, and does not say so: whoever uses it again may
      // lose. In front of real Workers stands Cloudflare, which keeps clients from it.
      const headers = new Headers(init.headers);
      headers.set('connection', 'close');
      return fetch(worker.url + path, { ...init, headers });
    },
    publish: (documentId, snapshot) => redis.publish(documentId, snapshot),
    log: () => worker.output,
    // A hub hears of it over HTTP, and reads over HTTP.
    revocationMsMax: 2_000,
    async restartAlone() {
      await upstash.stop();
      await worker.stop();
      await worker.start();
      return () => upstash.start();
    },
    async end() {
      await worker.dispose();
      await upstash.dispose();
      await redis.dispose();
    },
  };
});
