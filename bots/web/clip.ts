/** Serves a finished clip and its thumbnail: byte ranges, conditional requests, and the other format made on request. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import type { Deps } from '../../core/deps.ts';
import { AppError } from '../../core/errors.ts';
import { isFinal, type Job } from '../../core/job.ts';
import { type ClipFormat, formats } from '../../core/request.ts';
import type { FileStore } from '../../core/store.ts';

/** Makes a GIF of the MP4 clip at `path`, or the other way round. */
export type Convert = (path: string, format: ClipFormat, maxBytes: number) => Promise<{ readonly bytes: Uint8Array }>;

const types: Readonly<Record<ClipFormat, string>> = { mp4: 'video/mp4', gif: 'image/gif' };

/** Where the other format of a clip is kept once somebody has asked for it. */
export const convertedKey = (jobId: string, format: ClipFormat): string => `clips/${jobId}.converted.${format}`;

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * One range of a `Range` header. What we do not understand, several ranges among it, means the whole file (RFC 9110, 14.2).
 * @returns first and last byte, null for the whole file
 */
export const parseRange = (header: string | undefined, sizeBytes: number): Range | null | 'unsatisfiable' => {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return null;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  return first > last ? 'unsatisfiable' : { first, last };
};

const openStored = async (
  key: string,
  files: FileStore,
): Promise<{ sizeBytes: number; read: (range: Range) => ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> } | null> => {
  const path = await files.localPath(key);
  if (path !== null) {
    const { size } = await stat(path);
    return { sizeBytes: size, read: ({ first, last }) => Readable.toWeb(createReadStream(path, { start: first, end: last })) as ReadableStream<Uint8Array> };
  }
  const bytes = await files.get(key);
  return bytes && { sizeBytes: bytes.length, read: ({ first, last }) => new Uint8Array(bytes.subarray(first, last + 1)) };
};

/** Answers with a stored file, all of it or the range asked for. @throws InputError JOB_UNKNOWN */
const sendStored = async (c: Context, key: string, type: string, files: FileStore): Promise<Response> => {
  const file = await openStored(key, files);
  if (!file || file.sizeBytes === 0) throw new AppError('JOB_UNKNOWN');
  const { sizeBytes } = file;
  // A key's bytes never change, so the key is its own validator.
  const etag = `"${key}"`;
  c.header('ETag', etag);
  c.header('Cache-Control', 'private, no-cache');
  c.header('Accept-Ranges', 'bytes');
  if (c.req.header('if-none-match') === etag) return c.body(null, 304);
  const ifRange = c.req.header('if-range');
  const range = ifRange === undefined || ifRange === etag ? parseRange(c.req.header('range'), sizeBytes) : null;
  if (range === 'unsatisfiable') {
    c.header('Content-Range', `bytes */${sizeBytes}`);
    return c.body(null, 416);
  }
  const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
  c.header('Content-Type', type);
  c.header('Content-Length', String(last - first + 1));
  if (range) c.header('Content-Range', `bytes ${first}-${last}/${sizeBytes}`);
  return new Response(c.req.method === 'HEAD' ? null : file.read({ first, last }), { status: range ? 206 : 200, headers: c.res.headers });
};

const finishedClip = (job: Job): NonNullable<Job['clip']> => {
  if (job.clip) return job.clip;
  throw new AppError(isFinal(job.state) ? 'JOB_UNKNOWN' : 'CLIP_NOT_READY');
};

export interface ClipSender {
  /** @throws InputError CLIP_NOT_READY, JOB_UNKNOWN, OPTION_INVALID; MediaError ENCODE_FAILED, CLIP_TOO_BIG */
  clip(c: Context, job: Job): Promise<Response>;
  /** @throws InputError CLIP_NOT_READY, JOB_UNKNOWN */
  thumbnail(c: Context, job: Job): Promise<Response>;
}

/** @param maxBytes the largest converted clip */
export const createClipSender = ({ files }: Pick<Deps, 'files'>, convert: Convert, maxBytes: number): ClipSender => {
  const converting = new Map<string, Promise<void>>();

  const convertOnce = async (from: string, format: ClipFormat, to: string): Promise<void> => {
    if ((await files.localPath(to)) !== null) return;
    const source = await files.localPath(from);
    if (source === null) throw new AppError('JOB_UNKNOWN');
    await files.put(to, (await convert(source, format, maxBytes)).bytes);
    // Removed while we were at it: nothing of it may stay behind.
    if ((await files.localPath(from)) === null) await files.remove(to);
  };

  return {
    async clip(c, job) {
      const stored = finishedClip(job);
      const format = formats.find((f) => f === (c.req.query('format') ?? stored.format));
      if (!format) throw new AppError('OPTION_INVALID', { field: 'format', got: (c.req.query('format') ?? '').slice(0, 40), allowed: formats.join(', ') });
      let { key } = stored;
      if (format !== stored.format) {
        key = convertedKey(job.id, format);
        const running = converting.get(key) ?? convertOnce(stored.key, format, key).finally(() => converting.delete(key));
        converting.set(key, running);
        await running;
      }
      if (c.req.query('download') !== undefined) c.header('Content-Disposition', `attachment; filename="stillmotion-${job.id}.${format}"`);
      return sendStored(c, key, types[format], files);
    },
    thumbnail: async (c, job) => sendStored(c, finishedClip(job).thumbnailKey, 'image/jpeg', files),
  };
};
