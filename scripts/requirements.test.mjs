import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meetRequirements } from './requirements.mjs';

const requirement = { program: 'some-program', variable: 'FAUNA_SOME_PROGRAM', package: 'some-package' };

describe('meetRequirements()', () => {
  let folder;
  let program;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fauna-requirements-'));
    program = join(folder, 'some-program');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const neverInstall = () => {
    throw new Error('Nothing may be installed here');
  };

  it('takes a program from PATH', () => {
    const environment = { PATH: `/nowhere:${folder}` };
    expect(meetRequirements([requirement], { environment, install: neverInstall })).toEqual({
      found: { FAUNA_SOME_PROGRAM: program },
    });
  });

  it('takes an equal of another name', () => {
    const environment = { PATH: folder };
    const named = { ...requirement, program: 'elsewhere', alsoKnownAs: ['nowhere', 'some-program'] };
    expect(meetRequirements([named], { environment, install: neverInstall })).toEqual({
      found: { FAUNA_SOME_PROGRAM: program },
    });
  });

  it('takes a program from its variable', () => {
    const environment = { PATH: '/nowhere', FAUNA_SOME_PROGRAM: program };
    expect(meetRequirements([requirement], { environment, install: neverInstall })).toEqual({
      found: { FAUNA_SOME_PROGRAM: program },
    });
  });

  it('says in one sentence what is missing and what to do, and installs nothing unasked', () => {
    const environment = { PATH: '/nowhere' };
    expect(meetRequirements([requirement], { environment, install: neverInstall })).toEqual({
      problem:
        'Cannot run the tests: they need some-program (or a path in FAUNA_SOME_PROGRAM). ' +
        'On Debian: apt-get install some-package; as root, FAUNA_TEST_INSTALL=1 does it',
    });
  });

  it('says so too when the variable names something that is no program', () => {
    const environment = { PATH: folder, FAUNA_SOME_PROGRAM: '/nowhere/at-all' };
    expect(meetRequirements([requirement], { environment, install: neverInstall })).toHaveProperty('problem');
  });

  it.runIf(process.getuid?.() === 0)('installs what is missing where that was asked for', () => {
    for (const asked of [{ CI: 'true' }, { FAUNA_TEST_INSTALL: '1' }]) {
      const installed = [];
      const environment = { PATH: '/nowhere', ...asked };
      const answer = meetRequirements([requirement], {
        environment,
        install: (packages) => {
          installed.push(...packages);
          environment.PATH = folder;
        },
      });
      expect(installed).toEqual(['some-package']);
      expect(answer).toEqual({ found: { FAUNA_SOME_PROGRAM: program } });
    }
  });
});
