import type {
  AttributeType,
  FlagConfiguration,
  FlagKind,
  Match,
  RulesetAudience,
  Variation,
} from '@fauna-flags/core';
import { asc, eq } from 'drizzle-orm';
import {
  attributes,
  audiences,
  environments,
  flagConfigurations,
  flags,
  type Queries,
} from '../../platform/database/index.ts';

/** A flag as others refer to it. */
export interface ModelFlag {
  readonly id: string;
  readonly key: string;
  readonly kind: FlagKind;
  readonly archived: boolean;
  readonly variations: readonly Variation[];
}

/** One flag's configuration and where it applies. */
interface ModelConfiguration {
  readonly flag: string;
  /** The environment's key. */
  readonly environment: string;
  readonly configuration: Pick<
    FlagConfiguration,
    'offVariation' | 'prerequisites' | 'targets' | 'rules' | 'defaultServe'
  >;
}

/** What conditions may refer to. */
export interface Vocabulary {
  readonly attributes: ReadonlyMap<string, AttributeType>;
  readonly audiences: ReadonlyMap<string, RulesetAudience>;
}

/** Everything in a project that refers to something else or is referred to. */
export interface ProjectModel extends Vocabulary {
  readonly flags: ReadonlyMap<string, ModelFlag>;
  readonly configurations: readonly ModelConfiguration[];
}

/** Loads what conditions may refer to. To be called under the project's lock, so that it stays true until the commit. */
export async function loadVocabulary(tx: Queries, projectId: string): Promise<Vocabulary> {
  const attributeRows = await tx
    .select({ key: attributes.key, type: attributes.type })
    .from(attributes)
    .where(eq(attributes.projectId, projectId));
  const audienceRows = await tx
    .select({ key: audiences.key, match: audiences.match })
    .from(audiences)
    .where(eq(audiences.projectId, projectId));
  return {
    attributes: new Map(attributeRows.map(({ key, type }) => [key, type])),
    audiences: new Map(audienceRows.map(({ key, match }): [string, { match: Match }] => [key, { match }])),
  };
}

/** Loads the whole model. To be called under the project's lock. */
export async function loadProjectModel(tx: Queries, projectId: string): Promise<ProjectModel> {
  const flagRows = await tx.select().from(flags).where(eq(flags.projectId, projectId));
  const configured = await tx
    .select({ flag: flags.key, environment: environments.key, configuration: flagConfigurations })
    .from(flagConfigurations)
    .innerJoin(flags, eq(flags.id, flagConfigurations.flagId))
    .innerJoin(environments, eq(environments.id, flagConfigurations.environmentId))
    .where(eq(flags.projectId, projectId))
    .orderBy(asc(environments.place));
  return {
    ...(await loadVocabulary(tx, projectId)),
    flags: new Map(
      flagRows.map(({ id, key, kind, archivedAt, variations }) => [
        key,
        { id, key, kind, archived: archivedAt !== null, variations },
      ]),
    ),
    configurations: configured,
  };
}
