import type { AttributeType } from '@fauna-flags/core';
import type { Attribute, Audience } from '@fauna-flags/protocol';

/** As much of a declared attribute as conditions need. */
export type KnownAttribute = Pick<Attribute, 'key' | 'type' | 'name'>;

/** As much of an audience as conditions need. */
export type KnownAudience = Pick<Audience, 'key' | 'name'>;

/** What a condition can be about: a project's attributes and audiences. */
export interface Vocabulary {
  readonly attributes: readonly KnownAttribute[];
  readonly audiences: readonly KnownAudience[];
}

/** The user's key, which conditions can ask about although nobody declares it. */
const userKey: KnownAttribute = { key: 'key', type: 'string', name: 'User key' };

/** All that a condition can ask about: the user's key first, then what the project declares. */
export function askable(attributes: readonly KnownAttribute[]): readonly KnownAttribute[] {
  return [userKey, ...attributes.filter(({ key }) => key !== userKey.key)];
}

/** The type of an attribute; undefined for one that is not declared. */
export function typeOf(attribute: string, attributes: readonly KnownAttribute[]): AttributeType | undefined {
  return askable(attributes).find(({ key }) => key === attribute)?.type;
}

/** What people call an attribute: its name, else its key. */
export function attributeName(attribute: string, attributes: readonly KnownAttribute[]): string {
  return askable(attributes).find(({ key }) => key === attribute)?.name ?? attribute;
}

/** What people call an audience: its name, else its key. */
export function audienceName(audience: string, audiences: readonly KnownAudience[]): string {
  return audiences.find(({ key }) => key === audience)?.name ?? audience;
}
