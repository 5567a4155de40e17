/** The file store, in a folder and in a bucket of a real S3-compatible server: whole files or none, and no way out. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileStore } from '../../core/infra/file-store.ts';
import { openS3Store } from '../../core/infra/s3-store.ts';
import type { FileStore } from '../../core/store.ts';

const directory = mkdtempSync(join(tmpdir(), 'stillmotion-files-'));
const server = new S3rver({ port: 0, silent: true, directory: join(directory, 's3'), configureBuckets: [{ name: 'clips', configs: [] }] });
let port = 0;
const bucket = (cache = 'cache') => {
  return {
    bucket: 'clips',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
    cacheDirectory: join(directory, cache),
  };
};
beforeAll(async () => {
  ({ port } = (await server.run()) as AddressInfo);
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

describe.each([
  ['in a folder', async () => createFileStore(join(directory, 'files'))],
  ['in a bucket', async () => openS3Store(bucket())],
])('%s', (_where, open: () => Promise<FileStore>) => {
  let files: FileStore;
  beforeAll(async () => {
    files = await open();
  });

  it('keeps, replaces, finds and removes', async () => {
    await files.put('clips/a.mp4', Buffer.from('one'));
    expect(await readFile((await files.localPath('clips/a.mp4')) ?? '', 'utf8')).toBe('one');
    await files.put('clips/a.mp4', Buffer.from('two'));
    expect(String(await files.get('clips/a.mp4'))).toBe('two');
    expect(await readFile((await files.localPath('clips/a.mp4')) ?? '', 'utf8')).toBe('two');
    writeFileSync(join(directory, 'made'), 'three');
    await files.putFile('clips/b.mp4', join(directory, 'made'));
    expect(await files.localPath('clips/b.mp4')).toContain('b.mp4');
    await files.remove('clips/a.mp4');
    await files.remove('clips/a.mp4');
    expect(await files.get('clips/a.mp4')).toBeNull();
    expect(await files.localPath('clips/a.mp4')).toBeNull();
  });

  it('keeps bytes as they are', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256);
    await files.put('photos/bytes', bytes);
    expect(new Uint8Array((await files.get('photos/bytes')) ?? [])).toEqual(bytes);
  });

  it.each(['../x', 'clips/../../x', '/etc/passwd', 'clips/a/b', 'clips/', 'clips/..', 'x'])('refuses the key %s', async (key) => {
    await expect(async () => files.get(key)).rejects.toThrow(/key/);
  });

  it('does not take in what is not there', async () => {
    await expect(files.putFile('clips/c.mp4', join(directory, 'missing'))).rejects.toThrow();
    expect(await files.get('clips/c.mp4')).toBeNull();
  });
});

it('leaves nothing half written in the folder', () => expect(readdirSync(join(directory, 'files', 'clips'))).toEqual(['b.mp4']));

it('sees in one process what another one put into the bucket, and loses what it removed', async () => {
  const [one, other] = [await openS3Store(bucket('one')), await openS3Store(bucket('other'))];
  await one.put('clips/shared.mp4', Buffer.from('seen'));
  expect(await readFile((await other.localPath('clips/shared.mp4')) ?? '', 'utf8')).toBe('seen');
  await one.remove('clips/shared.mp4');
  expect(await other.localPath('clips/shared.mp4')).toBeNull();
  expect(readdirSync(join(directory, 'other', 'clips'))).toEqual([]);
});

it('says at the start that there is no such bucket', async () => {
  await expect(openS3Store({ ...bucket(), bucket: 'elsewhere' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
});
