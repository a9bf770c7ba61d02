import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReferenceSet } from '../evaluate/reference-set.ts';
import type { Subject, WireRequest } from './subject.ts';

/** Connections that are kept open; enough that the server is never idle. */
const connections = 32;

/** What a while of load was: how many requests were answered with 2xx, and their bytes. */
export interface Load {
  readonly requests: number;
  readonly bytes: number;
}

/** Writes what wrk sends: one request for each user, in turn. Gives the file. */
export function loadScript(set: ReferenceSet, { requestFor }: Subject): string {
  const file = join(mkdtempSync(join(tmpdir(), 'fauna-bench-wrk-')), 'load.lua');
  const requests = set.users.map((user) => `  ${luaRequest(requestFor(user))}`);
  writeFileSync(
    file,
    [
      'local requests = {}',
      'local turn = 0',
      'init = function()',
      `  requests = {\n${requests.join(',\n')}\n  }`,
      'end',
      'request = function()',
      '  turn = turn % #requests + 1',
      '  return requests[turn]',
      'end',
      // Every answer counts only when it is one: an error is cheap.
      'done = function(summary)',
      '  local errors = summary.errors',
      '  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout',
      '  print(string.format("load %d %d %d", summary.requests, summary.bytes, failed))',
      'end',
    ].join('\n'),
  );
  return file;
}

/** Loads a server for so many seconds with wrk. Rejects when anything but 2xx was answered, or wrk is not there. */
export async function load(
  port: number,
  {
    script,
    seconds,
    pin,
  }: { readonly script: string; readonly seconds: number; readonly pin: readonly string[] },
): Promise<Load> {
  const words = [
    'wrk',
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '20s',
    '-s',
    script,
    `http://127.0.0.1:${port}`,
  ];
  const [file = '', ...args] = [...pin, ...words];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new Error(`Cannot run wrk: ${error.message}. Install Debian's package "wrk"`)),
    );
    child.once('close', resolve);
  });
  const [, requests, bytes, failed] = /^load (\d+) (\d+) (\d+)$/m.exec(output) ?? [];
  // A server that closes a connection after its thousandth request is met with an error of reading now and then.
  if (code !== 0 || requests === undefined || Number(failed) * 1_000 > Number(requests))
    throw new Error(`Cannot use a load that failed:\n${output}`);
  return { requests: Number(requests), bytes: Number(bytes) };
}

function luaRequest({ method, path, headers, body }: WireRequest): string {
  const fields = Object.entries(headers).map(([name, value]) => `[${quoted(name)}] = ${quoted(value)}`);
  return `wrk.format(${quoted(method)}, ${quoted(path)}, { ${fields.join(', ')} }, ${body === undefined ? 'nil' : quoted(body)})`;
}

/** What JSON escapes in these texts, Lua escapes alike. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
