import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaunaProcess, projectRoot } from './support/fauna-process.ts';

describe('the curl story of the README', () => {
  let fauna: FaunaProcess;
  let folder: string;
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    folder = await mkdtemp(join(tmpdir(), 'fauna-readme-'));
    await fauna.start();
  });
  afterAll(async () => {
    await fauna.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('runs as it stands and shows what it says', async () => {
    const blocks = await bashBlocks(join(projectRoot, 'README.md'));
    expect(blocks.length).toBe(4);
    const script = blocks.join('\n').replaceAll('http://localhost:3000', fauna.url);
    const { code, output } = await bash(script, {
      cwd: folder,
      env: { FAUNA_ADMIN_TOKEN: fauna.adminToken },
    });
    expect(code, output).toBe(0);
    expect(output).not.toContain('"code":');
    // What the comments of the README promise.
    expect(output).toMatch(/"flags":\{"google-pay":\{"value":true,"variation":"on","reason":"RULE"\}\}/);
    expect(output).toMatch(/"flags":\{"google-pay":\{"value":false,"variation":"off","reason":"DEFAULT"\}\}/);

    const student = events(await readFile(join(folder, 'student.txt'), 'utf8'));
    expect(student.map(({ event }) => event)).toEqual(['put', 'patch']);
    expect(student[1]?.data).toMatchObject({
      flags: { 'google-pay': { value: false, variation: 'off', reason: 'OFF' } },
      removed: [],
    });
    const other = events(await readFile(join(folder, 'other.txt'), 'utf8'));
    expect(other.map(({ event }) => event)).toEqual(['put']);
  });
});

async function bashBlocks(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

function bash(
  script: string,
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn('bash', ['-e', '-o', 'pipefail'], { cwd, env: { PATH: pathWithCurl(), ...env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(script);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

function events(text: string): { readonly event: string; readonly data: unknown }[] {
  return text.split('\n\n').flatMap((block) => {
    const event = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    return event === undefined || data === undefined ? [] : [{ event, data: JSON.parse(data) as unknown }];
  });
}

/** The story calls `curl`; where tests are told which one, it comes first. */
function pathWithCurl(): string {
  const curl = process.env.FAUNA_CURL;
  return [...(curl === undefined ? [] : [dirname(curl)]), process.env.PATH ?? ''].join(':');
}
