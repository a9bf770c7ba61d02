/** The shop as a program of its own, beside any Fauna. */
import { createCheckout } from './create-checkout.ts';
import { listen } from './listen.ts';

const { FAUNA_URL, FAUNA_CLIENT_KEY, FAUNA_SERVER_KEY, FAUNA_PROJECT, PORT = '3100' } = process.env;

if (!FAUNA_URL || !FAUNA_CLIENT_KEY || !FAUNA_SERVER_KEY) {
  process.stderr.write('Cannot open the shop: set FAUNA_URL, FAUNA_CLIENT_KEY and FAUNA_SERVER_KEY\n');
  process.exit(1);
}

const checkout = createCheckout({
  url: FAUNA_URL,
  publicUrl: FAUNA_URL,
  clientKey: FAUNA_CLIENT_KEY,
  serverKey: FAUNA_SERVER_KEY,
  ...(FAUNA_PROJECT && { project: FAUNA_PROJECT }),
});
const server = await listen({ fetch: checkout.fetch, port: Number(PORT) });
process.stdout.write(`The shop is open at http://localhost:${server.port}/example\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await checkout.close();
    await server.close();
  });
}
