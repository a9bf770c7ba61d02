import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packPrograms } from './pack-programs.mjs';

const program = 'server/src/main.ts';

describe('packPrograms()', () => {
  let root;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'fauna-pack-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const lay = (path, text) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const pack = async () => (await packPrograms({ root, programs: [program] }))[program];
  const run = (file) => spawnSync(process.execPath, [file], { encoding: 'utf8' }).stdout;

  it('answers where a program lies that Node runs as it is', async () => {
    lay('server/src/word.ts', `export const word: string = 'hello';`);
    lay(program, `import { word } from './word.ts'; process.stdout.write(word);`);
    expect(run(await pack())).toBe('hello');
  });

  it('tells a module that asks where it lies where its source does', async () => {
    lay('server/notes/note.txt', 'found');
    lay('server/src/deep/note.ts', `export const note = new URL('../../notes/note.txt', import.meta.url);`);
    lay(
      program,
      `import { readFileSync } from 'node:fs'; import { note } from './deep/note.ts';
       process.stdout.write(readFileSync(note, 'utf8'));`,
    );
    expect(run(await pack())).toBe('found');
  });

  it('leaves packages where they are, and packs our own from their sources', async () => {
    lay('node_modules/theirs/package.json', '{"name":"theirs","type":"module","exports":"./index.js"}');
    lay('node_modules/theirs/index.js', `export const place = import.meta.url;`);
    lay(
      'ours/package.json',
      '{"name":"@fauna-flags/ours","type":"module","exports":{".":{"@fauna-flags/source":"./index.ts"}}}',
    );
    lay('ours/index.ts', `export const own: string = 'own';`);
    mkdirSync(join(root, 'node_modules/@fauna-flags'));
    symlinkSync(join(root, 'ours'), join(root, 'node_modules/@fauna-flags/ours'));
    lay(
      program,
      `import { place } from 'theirs'; import { own } from '@fauna-flags/ours';
       process.stdout.write(own + ' ' + place);`,
    );
    expect(run(await pack())).toMatch(/^own file:.*node_modules\/theirs\/index\.js$/);
  });

  it('lays what has changed beside what it was, so that a program that runs finds all of its own', async () => {
    lay(program, `process.stdout.write('first');`);
    const first = await pack();
    expect(await pack()).toBe(first);
    lay(program, `process.stdout.write('second');`);
    const second = await pack();
    expect([run(first), run(second)]).toEqual(['first', 'second']);
    expect(readdirSync(dirname(dirname(first)))).toHaveLength(2);
  });

  it('takes away what nobody has started for a month', async () => {
    const ago = (days) => new Date(Date.now() - days * 86_400_000);
    const packed = [];
    for (const text of ['first', 'second', 'third']) {
      lay(program, `process.stdout.write('${text}');`);
      packed.push(dirname(await pack()));
    }
    const [first, second, third] = packed;
    utimesSync(first, ago(31), ago(31));
    utimesSync(second, ago(29), ago(29));
    utimesSync(third, ago(31), ago(31));
    await pack();
    expect(packed.map((folder) => existsSync(folder))).toEqual([false, true, true]);
  });

  it('names the line that cannot be read, and leaves nothing behind', async () => {
    lay(program, `const = 1;`);
    await expect(pack()).rejects.toThrow(/server\/src\/main\.ts:1:6/);
    expect(existsSync(join(root, 'server/.cache'))).toBe(false);
  });
});
