/* An application with many users, as its own process: evaluates locally, prints a JSON line for each change. */
import { createServerClient } from '@fauna-flags/node';

const [url = '', key = ''] = process.argv.slice(2);
const fauna = createServerClient({ url, key });
const student = { key: 'user-1', state: 'Washington', student: true };
const other = { key: 'user-2', state: 'California', student: false };
const print = (event: string) =>
  process.stdout.write(
    `${JSON.stringify({
      event,
      value: fauna.get('google-pay', student, null),
      other: fauna.get('google-pay', other, null),
      state: fauna.status.state,
    })}\n`,
  );

fauna.on('change', () => print('change'));
fauna.on('status', () => print('status'));
await fauna.ready();
print('ready');
setInterval(() => undefined, 60_000);
