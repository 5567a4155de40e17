/** Folders in which clips are made, and those that processes left behind when they died. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'stillmotion-';
/** No clip takes so long that nothing is written meanwhile. */
const LEFT_BEHIND_MS = 2 * 24 * 3_600_000;
/** As `mkdtemp` names them, for clips and for their conversion; what else begins with our name is not ours to delete. */
const scratchName = /^stillmotion-(convert-)?[A-Za-z0-9]{6}$/;

/** @returns the path of a new folder, to be deleted by the caller */
export const makeScratch = (): Promise<string> => mkdtemp(join(tmpdir(), PREFIX));

/** When anything in a folder was written last. */
const writtenAtMs = async (path: string): Promise<number> => {
  const paths = [path, ...(await readdir(path)).map((name) => join(path, name))];
  return Math.max(...(await Promise.all(paths.map(async (one) => (await stat(one)).mtimeMs))));
};

/** Deletes folders in which nothing was written for two days. @returns how many */
export const tidyScratch = async (nowMs: number, root = tmpdir()): Promise<number> => {
  let removed = 0;
  for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory() || !scratchName.test(entry.name)) continue;
    const path = join(root, entry.name);
    // Somebody else's, or gone a moment ago.
    const atMs = await writtenAtMs(path).catch(() => nowMs);
    if (atMs >= nowMs - LEFT_BEHIND_MS) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
    removed++;
  }
  return removed;
};
