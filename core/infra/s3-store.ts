/** Photos and clips in an S3-compatible bucket, for several machines; whoever needs a path gets a copy from a local folder. */
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { FileStore } from '../store.ts';
import { besides, entriesOf, isFileKey, isPart } from './file-store.ts';

export interface S3Options {
  readonly bucket: string;
  /** Anything but Amazon's own: `https://minio.example.org`. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Where copies lie while they are needed; created when missing. */
  readonly cacheDirectory: string;
}

/** A copy that nobody asked for in this time is removed. */
const COPY_LIVES_MS = 3_600_000;
const TRIES = 5;

const isMissing = (error: unknown): boolean =>
  error instanceof NoSuchKey || error instanceof NotFound || (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404);

const nullWhenMissing = (error: unknown): null => {
  if (isMissing(error)) return null;
  throw error;
};

/** @throws what the service answers when the bucket cannot be reached with these keys: better at the start than at the first clip */
export const openS3Store = async ({ bucket, endpoint, region, accessKeyId, secretAccessKey, cacheDirectory }: S3Options): Promise<FileStore> => {
  const client = new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: TRIES,
    // a server that accepts and says nothing must not hold a clip for ever
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 },
    // servers other than Amazon's rarely have a host name per bucket, nor the newer checksums
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  await client.send(new HeadBucketCommand({ Bucket: bucket }));

  const at = (key: string): { readonly Bucket: string; readonly Key: string } => {
    if (!isFileKey(key)) throw new Error(`not a file store key: ${key}`);
    return { Bucket: bucket, Key: key };
  };
  const copyOf = (key: string): string => join(cacheDirectory, key);
  const put = async (key: string, bytes: Uint8Array): Promise<void> => {
    await client.send(new PutObjectCommand({ ...at(key), Body: bytes, ContentLength: bytes.length }));
    // a copy of what was there before must not outlive it
    await rm(copyOf(key), { force: true });
  };
  const get = async (key: string): Promise<Uint8Array | null> => {
    const answer = await client.send(new GetObjectCommand(at(key))).catch(nullWhenMissing);
    return answer?.Body ? Buffer.from(await answer.Body.transformToByteArray()) : null;
  };

  return {
    put,
    get,
    putFile: async (key, path) => put(key, await readFile(path)),
    async localPath(key) {
      const found = await client.send(new HeadObjectCommand(at(key))).catch(nullWhenMissing);
      const copy = copyOf(key);
      if (found === null) {
        await rm(copy, { force: true });
        return null;
      }
      const kept = await stat(copy).catch(() => null);
      if (kept !== null && kept.size === found.ContentLength && kept.mtimeMs >= (found.LastModified?.getTime() ?? 0)) {
        await utimes(copy, new Date(), new Date());
        return copy;
      }
      const bytes = await get(key);
      if (bytes === null) return null;
      await forgetOldCopies(cacheDirectory, Date.now() - COPY_LIVES_MS);
      await mkdir(dirname(copy), { recursive: true });
      const temporary = besides(copy);
      await writeFile(temporary, bytes);
      await rename(temporary, copy);
      return copy;
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand(at(key)));
      await rm(copyOf(key), { force: true });
    },
    async *list() {
      let from: string | undefined;
      do {
        const page: ListObjectsV2CommandOutput = await client.send(new ListObjectsV2Command({ Bucket: bucket, ...(from ? { ContinuationToken: from } : {}) }));
        for (const { Key: key = '', LastModified: modified } of page.Contents ?? []) {
          // the bucket may hold more than ours
          if (isFileKey(key) && modified) yield { key, modifiedAtMs: modified.getTime() };
        }
        from = page.NextContinuationToken;
      } while (from !== undefined);
    },
    async removeUnchanged({ key, modifiedAtMs }) {
      // Between these two calls lie some milliseconds, and If-Match on the second would not see a photo that was put again: the same bytes
      // have the same ETag, and most servers but Amazon's do not read it. What retention deletes has keys that nobody writes to any more.
      const found = await client.send(new HeadObjectCommand(at(key))).catch(nullWhenMissing);
      if (found !== null && Math.abs((found.LastModified?.getTime() ?? 0) - modifiedAtMs) >= 1_000) return false;
      if (found !== null) await client.send(new DeleteObjectCommand(at(key)));
      await rm(copyOf(key), { force: true });
      return true;
    },
    tidy: (beforeMs) => forgetOldCopies(cacheDirectory, Math.min(beforeMs, Date.now() - COPY_LIVES_MS)),
  };
};

/** Copies, and what was to become one when its process died. */
const forgetOldCopies = async (cacheDirectory: string, beforeMs: number): Promise<void> => {
  for (const { folder, name } of await entriesOf(cacheDirectory)) {
    const path = join(cacheDirectory, folder, name);
    const found = isFileKey(`${folder}/${name}`) || isPart(name) ? await stat(path).catch(() => null) : null;
    if (found && found.mtimeMs < beforeMs) await rm(path, { force: true });
  }
};
