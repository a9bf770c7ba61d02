import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canEnter, serverFolder, serverUser } from './server-user.ts';

describe('the account of the embedded server', () => {
  const somebody = { uid: 54_321, gid: 54_321 };
  let open: string;
  let closed: string;
  beforeAll(async () => {
    open = await mkdtemp(join(tmpdir(), 'fauna-open-'));
    await chmod(open, 0o755);
    closed = join(open, 'closed');
    await mkdir(closed, { mode: 0o700 });
  });
  afterAll(() => rm(open, { recursive: true, force: true }));

  it('can enter a folder that everybody can, and what does not exist in it yet', () => {
    expect(canEnter(open, somebody)).toBe(true);
    expect(canEnter(join(open, 'new', 'newer'), somebody)).toBe(true);
  });

  it('cannot enter what lies below a folder of somebody else', () => {
    expect(canEnter(closed, somebody)).toBe(false);
    expect(canEnter(join(closed, 'data'), somebody)).toBe(false);
  });

  it('is our own unless we are root', () => {
    if (process.getuid?.() === 0) expect(serverUser()?.uid).toBeGreaterThan(0);
    else expect(serverUser()).toBeUndefined();
  });

  it('keeps the cluster in the data folder where it can enter', async () => {
    expect(await serverFolder(join(open, 'data'), serverUser())).toBe(join(open, 'data', 'postgres'));
  });

  it.runIf(process.getuid?.() === 0)(
    'keeps it elsewhere where it cannot, the same at every start',
    async () => {
      const first = await serverFolder(join(closed, 'data'), serverUser());
      expect(first).toMatch(/^\/var\/lib\/fauna\/[0-9a-f]{12}\/postgres$/);
      expect(await serverFolder(join(closed, 'data'), serverUser())).toBe(first);
      const other = await serverFolder(join(closed, 'other'), serverUser());
      expect(other).not.toBe(first);
      for (const folder of [first, other]) await rm(join(folder, '..'), { recursive: true });
    },
  );
});
