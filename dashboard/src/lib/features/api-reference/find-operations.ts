import type { Reference } from './reference.ts';

/** The groups with the operations in which every word of the text is found: in their words, their path or their id. */
export function findOperations(groups: Reference['groups'], text: string): Reference['groups'] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return groups;
  return groups
    .map((group) => ({
      ...group,
      operations: group.operations.filter(({ id, method, path, summary, description, permission }) => {
        const all = [group.name, id, method, path, summary, description, permission].join(' ').toLowerCase();
        return words.every((word) => all.includes(word));
      }),
    }))
    .filter(({ operations }) => operations.length > 0);
}
