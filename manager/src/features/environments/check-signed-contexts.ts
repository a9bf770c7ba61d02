import { type Environment, Problem } from '@fauna-flags/protocol';
import { and, count, eq, inArray } from 'drizzle-orm';
import { attributes, contextSecrets, type Queries } from '../../platform/database/index.ts';
import { findings } from '../../platform/http/index.ts';
import type { EnvironmentRow } from '../publishing/index.ts';

type Demands = Pick<Environment, 'signedContexts' | 'unsignedAttributes'>;

/**
 * Refuses demands that nobody could meet: signatures where no secret exists to sign with, and attributes without a
 * signature that the project does not have.
 */
export async function checkSignedContexts(
  tx: Queries,
  environment: EnvironmentRow,
  { what, before, after }: { readonly what: string; readonly before: Demands; readonly after: Demands },
): Promise<void> {
  if (after.signedContexts && !before.signedContexts) {
    const [there] = await tx
      .select({ secrets: count() })
      .from(contextSecrets)
      .where(eq(contextSecrets.environmentId, environment.id));
    if (there?.secrets === 0)
      throw new Problem(
        'unprocessable',
        `Cannot ${what}: signed contexts need a secret to sign with, and it has none; create one first ("POST …/context-secrets")`,
        { errors: [{ path: 'signedContexts', message: 'needs a context secret' }] },
      );
  }
  const added = after.unsignedAttributes.filter((key) => !before.unsignedAttributes.includes(key));
  if (added.length === 0) return;
  const known = await tx
    .select({ key: attributes.key })
    .from(attributes)
    .where(and(eq(attributes.projectId, environment.projectId), inArray(attributes.key, added)));
  const unknown = added.filter((key) => !known.some((attribute) => attribute.key === key));
  const found = findings();
  for (const key of unknown)
    found.add(
      `unsignedAttributes[${after.unsignedAttributes.indexOf(key)}]`,
      `must be an attribute of the project: "${key}" is none`,
    );
  found.throwIfAny(what);
}
