/* An application with one user, as its own process: prints what it knows, a JSON line for each change. */
import { createClient } from '@fauna-flags/client';

const [url = '', key = ''] = process.argv.slice(2);
const fauna = createClient({ url, key, context: { key: 'user-1', state: 'Washington', student: true } });
const print = (event: string) =>
  process.stdout.write(
    `${JSON.stringify({ event, value: fauna.get('google-pay', null), state: fauna.status.state })}\n`,
  );

fauna.on('change', () => print('change'));
fauna.on('status', () => print('status'));
await fauna.ready();
print('ready');
setInterval(() => undefined, 60_000);
