/** Brings files of any size into a folder: resumable, verified while they arrive, a bounded number at a time. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { type HubClient, Interrupted } from './hub-client.ts';

/** A file with what it must be: by its SHA-256, or by the checksum that git gives small files. */
export interface Sealed {
  /** Where it goes in the folder, with forward slashes; already known to stay inside. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256?: string;
  readonly gitBlob?: string;
}

export interface RemoteFile extends Sealed {
  readonly url: string;
  /** For the words of an error. */
  readonly repo: string;
}

const startHash = ({ sha256, bytes }: Sealed): Hash => (sha256 === undefined ? createHash('sha1').update(`blob ${bytes}\0`) : createHash('sha256'));

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    (found) => found.size,
    () => 0,
  );

/** Adds the bytes of a file to a hash. */
const feed = async (hash: Hash, path: string, signal: AbortSignal | undefined): Promise<void> => {
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk);
};

/** Whether a file on disk is what it must be. */
export const isIntact = async (path: string, file: Sealed, signal?: AbortSignal): Promise<boolean> => {
  if ((await sizeOf(path)) !== file.bytes) return false;
  const hash = startHash(file);
  await feed(hash, path, signal);
  return hash.digest('hex') === (file.sha256 ?? file.gitBlob);
};

/** What has arrived of a file so far: its bytes, and the validator under which they may be continued. */
const openPart = async (path: string, file: Sealed, onBytes: (bytes: number) => void) => {
  const part = `${path}.part`;
  const tagPath = `${path}.etag`;
  let have = await sizeOf(part);
  return {
    part,
    tag: () => readFile(tagPath, 'utf8').catch(() => ''),
    have: () => have,
    async keepTag(etag: unknown): Promise<void> {
      // a weak validator does not promise the same bytes
      if (typeof etag === 'string' && !etag.startsWith('W/')) await writeFile(tagPath, etag);
      else await rm(tagPath, { force: true });
    },
    grow(bytes: number): void {
      have += bytes;
      onBytes(bytes);
    },
    async drop(): Promise<void> {
      await rm(part, { force: true });
      await rm(tagPath, { force: true });
      onBytes(-have);
      have = 0;
    },
    async finish(hash: Hash): Promise<boolean> {
      if (hash.digest('hex') !== (file.sha256 ?? file.gitBlob)) return false;
      await rename(part, path);
      await rm(tagPath, { force: true });
      return true;
    },
  };
};

type Part = Awaited<ReturnType<typeof openPart>>;

/** Reads one response to its end or to where it breaks. @returns the hash of all that is there then */
const receive = async (client: HubClient, file: RemoteFile, part: Part, reached: (bytes: number) => void, signal: AbortSignal): Promise<Hash> => {
  const from = part.have();
  const range: Record<string, string> = from > 0 ? { range: `bytes=${from}-`, 'if-range': await part.tag() } : {};
  const response = await client.get(file.url, file.repo, { ...range, 'accept-encoding': 'identity' }, signal).catch(async (error: unknown) => {
    if (error instanceof Interrupted && error.status === 416) await part.drop();
    throw error;
  });
  const { statusCode: status, headers, body } = response;
  const isContinued = from > 0 && status === 206 && String(headers['content-range']).startsWith(`bytes ${from}-`);
  if (!isContinued) {
    await part.drop();
    if (status !== 200) {
      await body.dump();
      throw new Interrupted('the server sends another part than it was asked for');
    }
  }
  await part.keepTag(headers.etag);
  const hash = startHash(file);
  if (isContinued) await feed(hash, part.part, signal);
  const handle = await open(part.part, 'a');
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (part.have() + chunk.length > file.bytes) {
        await part.drop();
        throw new AppError('MODEL_DOWNLOAD', { file: file.file, repo: file.repo, reason: `it is longer than the ${file.bytes} bytes it should have` });
      }
      // all of it: a plain write may stop short of the end, without a word, when the disk fills up
      await handle.appendFile(chunk);
      hash.update(chunk);
      part.grow(chunk.length);
      reached(part.have());
    }
  } finally {
    await handle.close();
  }
  if (part.have() < file.bytes) throw new Interrupted('the connection ended early');
  return hash;
};

const bring = async (client: HubClient, file: RemoteFile, folder: string, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<void> => {
  const path = join(folder, file.file);
  await mkdir(dirname(path), { recursive: true });
  if (await isIntact(path, file, signal)) return onBytes(file.bytes);
  const part = await openPart(path, file, onBytes);
  onBytes(part.have());
  await client.persist(file.file, file.repo, signal, async (reached) => {
    // Without a validator the rest could come from another version of the file.
    const isUseless = part.have() > file.bytes || (part.have() > 0 && part.have() < file.bytes && (await part.tag()) === '');
    if (isUseless) await part.drop();
    const isWhole = part.have() === file.bytes;
    const hash = isWhole ? startHash(file) : await receive(client, file, part, reached, signal);
    if (isWhole) await feed(hash, part.part, signal);
    if (await part.finish(hash)) return;
    await part.drop();
    throw new AppError('MODEL_DOWNLOAD', { file: file.file, repo: file.repo, reason: 'its checksum is not the one announced' });
  });
};

/**
 * Brings files into a folder; what is there and right is not fetched again, what was begun is continued.
 * @param connections files at a time
 * @param onBytes called with how many more bytes are there, negative when some had to be thrown away
 * @throws RemoteError MODEL_DOWNLOAD, MODEL_GATED, MODEL_NOT_FOUND; CanceledError
 */
export const downloadAll = async (
  client: HubClient,
  files: readonly RemoteFile[],
  folder: string,
  { connections, onBytes, signal }: { readonly connections: number; readonly onBytes: (bytes: number) => void; readonly signal: AbortSignal },
): Promise<void> => {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const waiting = [...files];
  let first: unknown;
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined && !both.aborted; file = waiting.shift()) {
      await bring(client, file, folder, onBytes, both).catch((error: unknown) => {
        first ??= error;
        stop.abort();
      });
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  if (signal.aborted) throw new AppError('CANCELED');
  if (first !== undefined) throw first;
};
