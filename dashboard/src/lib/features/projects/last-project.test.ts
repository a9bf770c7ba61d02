import { afterEach, expect, it, vi } from 'vitest';
import { firstProject, rememberProject } from './last-project.ts';

const projects = [{ key: 'default' }, { key: 'sample' }, { key: 'shop' }];

/** A browser's storage, or one that refuses. */
function haveStorage(storage: Pick<Storage, 'getItem' | 'setItem'>) {
  vi.stubGlobal('localStorage', storage);
}

afterEach(() => vi.unstubAllGlobals());

it('begins with the project last used, else with the sample, else with the first', () => {
  const kept = new Map<string, string>();
  haveStorage({ getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) });
  expect(firstProject(projects)).toBe('sample');
  expect(firstProject([{ key: 'default' }, { key: 'shop' }])).toBe('default');
  expect(firstProject([])).toBeUndefined();
  rememberProject('shop');
  expect(firstProject(projects)).toBe('shop');
  expect(firstProject(projects.slice(0, 2))).toBe('sample');
});

it('begins somewhere also in a browser that keeps nothing', () => {
  const refuse = () => {
    throw new DOMException('Refused', 'SecurityError');
  };
  haveStorage({ getItem: refuse, setItem: refuse });
  expect(() => rememberProject('shop')).not.toThrow();
  expect(firstProject(projects)).toBe('sample');
});
