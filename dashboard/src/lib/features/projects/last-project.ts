import { sampleProject } from './sample-project.ts';

const storageKey = 'fauna-project';

/** Remembers where this browser was, so that the next visit begins there. */
export function rememberProject(project: string): void {
  try {
    localStorage.setItem(storageKey, project);
  } catch {
    // Without storage the first project of the list is as good.
  }
}

/**
 * The project to begin with: the one last used while it exists, else the sample, which has something to switch, else the
 * first; `undefined` when there is none.
 */
export function firstProject(projects: readonly { readonly key: string }[]): string | undefined {
  const last = readLast();
  const named = (wanted: string | null) => projects.find(({ key }) => key === wanted);
  return (named(last) ?? named(sampleProject) ?? projects[0])?.key;
}

function readLast(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}
