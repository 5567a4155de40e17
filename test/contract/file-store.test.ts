/** The file store: whole files or none, and no way out of its folder. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFileStore } from '../../core/infra/file-store.ts';
import type { FileStore } from '../../core/store.ts';

let directory: string;
let files: FileStore;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'stillmotion-files-'));
  files = createFileStore(join(directory, 'files'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('keeps, replaces, finds and removes', async () => {
  await files.put('clips/a.mp4', Buffer.from('one'));
  await files.put('clips/a.mp4', Buffer.from('two'));
  expect(String(await files.get('clips/a.mp4'))).toBe('two');
  writeFileSync(join(directory, 'made'), 'three');
  await files.putFile('clips/b.mp4', join(directory, 'made'));
  expect(await files.localPath('clips/b.mp4')).toContain('b.mp4');
  await files.remove('clips/a.mp4');
  await files.remove('clips/a.mp4');
  expect(await files.get('clips/a.mp4')).toBeNull();
  expect(await files.localPath('clips/a.mp4')).toBeNull();
  expect(readdirSync(join(directory, 'files', 'clips'))).toEqual(['b.mp4']);
});

it('leaves nothing behind when a file cannot be taken in', async () => {
  await expect(files.putFile('clips/c.mp4', join(directory, 'missing'))).rejects.toThrow();
  expect(readdirSync(join(directory, 'files', 'clips'))).toEqual(['b.mp4']);
});

it.each(['../x', 'clips/../../x', '/etc/passwd', 'clips/a/b', 'clips/', 'x'])('refuses the key %s', async (key) => {
  await expect(async () => files.get(key)).rejects.toThrow(/key/);
});
