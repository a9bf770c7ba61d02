import type { AttributeType } from '@fauna-flags/core';

/** The types of attributes as people call them. */
export const typeNames: Readonly<Record<AttributeType, string>> = {
  string: 'text',
  number: 'number',
  boolean: 'yes or no',
  semver: 'version',
  date: 'date',
  list: 'list of texts',
};
