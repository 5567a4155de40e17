/** Photos and clips as files in a folder. A file appears whole or not at all. */
import { randomBytes } from 'node:crypto';
import { access, copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { FileStore } from '../store.ts';

/** Keys are our own: a kind and a name, no way up and nothing hidden. */
export const isFileKey = (key: string): boolean => /^[a-z]+\/[A-Za-z0-9][A-Za-z0-9._-]*$/.test(key);

/** @param directory created when missing */
export const createFileStore = (directory: string): FileStore => {
  const root = resolve(directory);
  const pathOf = (key: string): string => {
    const path = resolve(root, key);
    if (!isFileKey(key) || !path.startsWith(root + sep)) throw new Error(`not a file store key: ${key}`);
    return path;
  };
  const place = async (key: string, write: (temporary: string) => Promise<void>): Promise<void> => {
    const path = pathOf(key);
    await mkdir(dirname(path), { recursive: true });
    const temporary = besides(path);
    try {
      await write(temporary);
      // The name must not reach the disk before the bytes do.
      const file = await open(temporary, 'r+');
      await file.sync();
      await file.close();
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  };
  return {
    put: (key, bytes) =>
      place(key, async (temporary) => {
        const file = await open(temporary, 'wx');
        await file.writeFile(bytes);
        await file.close();
      }),
    putFile: (key, path) => place(key, (temporary) => copyFile(path, temporary)),
    get: (key) => readFile(pathOf(key)).catch(nullWhenMissing),
    localPath: (key) => access(pathOf(key)).then(() => pathOf(key), nullWhenMissing),
    remove: (key) => rm(pathOf(key), { force: true }),
    async *list() {
      for (const { folder, name } of await entriesOf(root)) {
        const found = isFileKey(`${folder}/${name}`) ? await stat(join(root, folder, name)).catch(nullWhenMissing) : null;
        if (found?.isFile()) yield { key: `${folder}/${name}`, modifiedAtMs: found.mtimeMs };
      }
    },
    async removeUnchanged({ key, modifiedAtMs }) {
      const path = pathOf(key);
      // Taken aside first and looked at there: what is put from now on is another file.
      const aside = besides(path);
      if ((await rename(path, aside).catch(nullWhenMissing)) === null) return true;
      const isNewer = (await stat(aside)).mtimeMs !== modifiedAtMs;
      if (isNewer) await link(aside, path).catch(nullWhenThere);
      await rm(aside, { force: true });
      return !isNewer;
    },
    async tidy(beforeMs) {
      for (const { folder, name } of await entriesOf(root)) {
        const path = join(root, folder, name);
        if (isPart(name) && ((await stat(path).catch(nullWhenMissing))?.mtimeMs ?? beforeMs) < beforeMs) await rm(path, { force: true });
      }
    },
  };
};

/** A name for a file that is not there yet, or no longer. */
export const besides = (path: string): string => join(dirname(path), `.${randomBytes(8).toString('hex')}.part`);

export const isPart = (name: string): boolean => /^\.[0-9a-f]{16}\.part$/.test(name);

/** What lies in the folders of a store. */
export const entriesOf = async (root: string): Promise<readonly { readonly folder: string; readonly name: string }[]> => {
  const folders = await readdir(root, { withFileTypes: true }).catch(nullWhenMissing);
  const found = await Promise.all(
    (folders ?? [])
      .filter((folder) => folder.isDirectory())
      .map(async ({ name: folder }) => (await readdir(join(root, folder))).map((name) => ({ folder, name }))),
  );
  return found.flat();
};

const nullWhenThere = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'EEXIST') return null;
  throw error;
};

const nullWhenMissing = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null;
  throw error;
};
