/* What tests need and npm does not bring. Depends on nothing but Node, like the script that uses it. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Each is taken from its variable, else from PATH, else installed where that is allowed.
 * `package` is Debian's name for it; `alsoKnownAs` are names of equals on other systems.
 */
export const testRequirements = [
  { program: 'curl', variable: 'FAUNA_CURL', package: 'curl' },
  {
    program: 'redis-server',
    alsoKnownAs: ['valkey-server'],
    variable: 'FAUNA_REDIS_SERVER',
    package: 'redis-server',
  },
  {
    program: 'chromium',
    alsoKnownAs: ['chromium-browser', 'google-chrome-stable', 'google-chrome'],
    variable: 'FAUNA_CHROMIUM',
    package: 'chromium',
  },
];

/**
 * Finds every requirement and answers the variables that name them, or a sentence that says what is missing and what to
 * do about it. Programs are installed only on Debian, as root, and only where somebody has said so (`CI=true` or
 * `FAUNA_TEST_INSTALL=1`): tests must not change a person's machine unasked.
 */
export function meetRequirements(requirements, { environment, install = installFromDebian }) {
  const missing = () => requirements.filter((requirement) => find(requirement, environment) === undefined);
  if (missing().length > 0 && mayInstall(environment)) {
    install(missing().map((requirement) => requirement.package));
  }
  const stillMissing = missing();
  if (stillMissing.length > 0) {
    const programs = stillMissing
      .map(({ program, variable }) => `${program} (or a path in ${variable})`)
      .join(', ');
    const packages = stillMissing.map((requirement) => requirement.package).join(' ');
    return {
      problem:
        `Cannot run the tests: they need ${programs}. On Debian: apt-get install ${packages}; ` +
        'as root, FAUNA_TEST_INSTALL=1 does it',
    };
  }
  return {
    found: Object.fromEntries(
      requirements.map((requirement) => [requirement.variable, find(requirement, environment)]),
    ),
  };
}

function find({ program, alsoKnownAs = [], variable }, environment) {
  const named = environment[variable];
  if (named !== undefined && named !== '') return isProgram(named) ? named : undefined;
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [program, ...alsoKnownAs]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find(isProgram);
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, or not to be run: either way it is none.
  }
}

function mayInstall(environment) {
  return (
    (environment.CI === 'true' || environment.FAUNA_TEST_INSTALL === '1') &&
    process.getuid?.() === 0 &&
    existsSync('/etc/debian_version')
  );
}

function installFromDebian(packages) {
  console.log(`Installing ${packages.join(' ')} for the tests …`);
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  // What cannot be installed is found missing right after, and said in one sentence.
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
}
