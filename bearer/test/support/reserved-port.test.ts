import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { reservedPort } from './reserved-port.ts';

const many = 800;

/** Whether a server can stand on a port at this moment. */
async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return listens;
}

/** What another process is given, which has ended when this answers. */
async function reservedElsewhere(count: number): Promise<readonly number[]> {
  const program = `
    import { reservedPort } from ${JSON.stringify(new URL('reserved-port.ts', import.meta.url).href)};
    console.log(JSON.stringify(await Promise.all(Array.from({ length: ${count} }, reservedPort))));
  `;
  const options = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: import.meta.dirname });
  return JSON.parse(stdout);
}

test('a server can stand on a reserved port, and again after it has gone', async () => {
  const port = await reservedPort();
  expect(await canListen(port)).toBe(true);
  expect(await canListen(port)).toBe(true);
});

test('no port is given twice, here or to another process, though nothing stands on it yet', async () => {
  const ours = await Promise.all(Array.from({ length: many }, reservedPort));
  const theirs = await reservedElsewhere(many);
  expect(new Set([...ours, ...theirs]).size).toBe(2 * many);
});

test('a process that ends leaves nothing reserved', async () => {
  const [port = 0] = await reservedElsewhere(1);
  expect(await canListen(port + 10_000)).toBe(true);
});
