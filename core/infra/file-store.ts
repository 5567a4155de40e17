/** Photos and clips as files in a folder. A file appears whole or not at all. */
import { randomBytes } from 'node:crypto';
import { access, copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
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
    const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.part`);
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
  };
};

const nullWhenMissing = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null;
  throw error;
};
