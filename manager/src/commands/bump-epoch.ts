/*
 * `npm run bump-epoch -- --project p --environment e` or `-- --all`: after a restored backup, makes every bearer and SDK
 * take over what the database holds now, although its versions are lower than what they have seen.
 */
import { parseArgs } from 'node:util';
import { bumpAllEpochs, bumpEpoch } from '../features/publishing/index.ts';
import { StartError } from '../platform/start-error.ts';
import { commandLineActor, runCommand } from './run-command.ts';

const usage = 'npm run bump-epoch -- --project <key> --environment <key>, or npm run bump-epoch -- --all';

/** What is to be moved. */
type Scope = 'all' | { readonly project: string; readonly environment: string };

await runCommand({
  readArguments: readScope,
  async work({ database }, scope) {
    const deps = { database, now: () => new Date() };
    const actor = commandLineActor;
    if (scope !== 'all') {
      const { epoch, version } = await bumpEpoch(deps, { ...scope, actor });
      return [
        `Environment "${scope.environment}" of project "${scope.project}" is at ${epoch}-${version} now`,
      ];
    }
    const { environments, keysEpoch } = await bumpAllEpochs(deps, { actor });
    return [
      ...environments.map(
        ({ id, key, epoch, version }) => `Environment "${key}" (${id}) is at ${epoch}-${version} now`,
      ),
      ...(keysEpoch === undefined ? [] : [`The key registry is at epoch ${keysEpoch} now`]),
    ];
  },
});

function readScope(args: readonly string[]): Scope {
  const { values } = parseArgs({
    args: [...args],
    options: { project: { type: 'string' }, environment: { type: 'string' }, all: { type: 'boolean' } },
  });
  const { project, environment, all } = values;
  if (all === true && project === undefined && environment === undefined) return 'all';
  if (all !== true && project !== undefined && environment !== undefined) return { project, environment };
  throw new StartError(`Cannot tell what to move: say ${usage}`);
}
