import {
  type Configuration,
  type Environment,
  type ListedFlag,
  type Page,
  shareOf,
  targetingOf,
} from '@fauna-flags/protocol';
import type { InfiniteData, QueryClient } from '@tanstack/svelte-query';
import { SvelteMap } from 'svelte/reactivity';
import { type ApiProblem, problemOf, queryKeys } from '$lib/api/index.ts';
import { type ConfigurationPlace, toggleFlag } from './flags.ts';

/** What somebody wants of one switch. */
export interface SwitchWish extends ConfigurationPlace {
  readonly name: string;
  readonly enabled: boolean;
}

interface SwitchesOptions {
  readonly client: QueryClient;
  readonly environment: (key: string) => Pick<Environment, 'confirmChanges'> | undefined;
  /** Told when a switch went back because the change was refused. */
  readonly onproblem: (wish: SwitchWish, problem: ApiProblem) => void;
}

/**
 * The switches of flags. One shows what was asked for at once and goes back when the manager refuses. Requests of one
 * switch go one after the other, and only the last wish counts, so that pressing twice quickly ends where it began.
 */
export class Switches {
  /** The wish that waits for a confirmation. */
  asking = $state.raw<SwitchWish | undefined>(undefined);

  readonly #options: SwitchesOptions;
  readonly #wishes = new SvelteMap<string, SwitchWish>();
  readonly #running = new Set<string>();

  constructor(options: SwitchesOptions) {
    this.#options = options;
  }

  /** What a switch shows: the wish, else what is known. */
  shown(place: ConfigurationPlace, enabled: boolean): boolean {
    return this.#wishes.get(nameOf(place))?.enabled ?? enabled;
  }

  /** Switches, or asks first where changes are confirmed. */
  press(wish: SwitchWish): void {
    if (this.#options.environment(wish.environment)?.confirmChanges === true) this.asking = wish;
    else void this.#switch(wish, undefined);
  }

  /** Does what was asked about. */
  confirm(): void {
    const wish = this.asking;
    this.asking = undefined;
    if (wish !== undefined) void this.#switch(wish, wish.environment);
  }

  async #switch(wish: SwitchWish, confirm: string | undefined): Promise<void> {
    const name = nameOf(wish);
    this.#wishes.set(name, wish);
    if (this.#running.has(name)) return;
    this.#running.add(name);
    let sent = wish;
    try {
      for (let next: SwitchWish | undefined = wish; next !== undefined; ) {
        sent = next;
        const configuration = await toggleFlag(sent, sent.enabled, { confirm });
        await keepConfiguration(this.#options.client, sent.project, configuration);
        const latest = this.#wishes.get(name);
        next = latest === undefined || latest.enabled === sent.enabled ? undefined : latest;
      }
    } catch (error) {
      const problem = problemOf(error);
      // Somebody made changes of this environment ask for confirmation since the page was loaded.
      if (problem.code === 'confirm' && confirm === undefined) this.asking = this.#wishes.get(name) ?? sent;
      else this.#options.onproblem(sent, problem);
    } finally {
      this.#running.delete(name);
      this.#wishes.delete(name);
    }
  }
}

/**
 * Keeps an answer about a configuration everywhere that shows it. Reads under way are given up first: they may have been
 * answered before the change and would show the old state for a moment.
 */
export async function keepConfiguration(
  client: QueryClient,
  project: string,
  configuration: Configuration,
): Promise<void> {
  const { flag, environment } = configuration;
  const configurationKey = queryKeys.configuration(project, flag, environment);
  await Promise.all([
    client.cancelQueries({ queryKey: queryKeys.flags(project) }),
    client.cancelQueries({ queryKey: configurationKey }),
  ]);
  client.setQueryData(configurationKey, configuration);
  client.setQueriesData<InfiniteData<Page<ListedFlag>>>(
    { queryKey: [...queryKeys.flags(project), 'list'] },
    (list) => list && { ...list, pages: list.pages.map((page) => withState(page, configuration)) },
  );
  void client.invalidateQueries({ queryKey: queryKeys.evaluations(project) });
  void client.invalidateQueries({ queryKey: queryKeys.audit(project) });
}

function withState(page: Page<ListedFlag>, configuration: Configuration): Page<ListedFlag> {
  const { flag: key, environment, enabled, revision, updatedAt } = configuration;
  return {
    ...page,
    items: page.items.map((flag) => {
      const state = flag.key === key ? flag.environments[environment] : undefined;
      if (state === undefined) return flag;
      const [targeting, share] = [targetingOf(configuration), shareOf(configuration)];
      const changed = { ...state, enabled, targeting, share, revision, updatedAt };
      return { ...flag, environments: { ...flag.environments, [environment]: changed } };
    }),
  };
}

function nameOf({ project, flag, environment }: ConfigurationPlace): string {
  return JSON.stringify([project, flag, environment]);
}
