/** What a repository of the model hub holds, and which of its files a checkpoint needs; nothing in a listing is trusted. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { RemoteFile } from './download.ts';
import type { HubClient } from './hub-client.ts';

export interface HubPart {
  readonly repo: string;
  readonly revision: string;
  /** Files and folders of the repository by the folder of the checkpoint they go to. */
  readonly take: Readonly<Record<string, string>>;
}

const LISTING_MAX_BYTES = 32 * 1024 * 1024;
const MAX_FILE_BYTES = 2 ** 40;
/** What a checkpoint is made of: configurations, vocabularies and weights that are nothing but numbers. */
const NEEDED = /\.(?:json|txt|model|safetensors)$/;
const PICKLE = /\.(?:bin|ckpt|pt|pth|pkl)$/;

const listing = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z
    .array(
      z.object({
        rfilename: z.string().max(1024),
        size: z.int().nonnegative().max(MAX_FILE_BYTES).optional(),
        blobId: z
          .string()
          .regex(/^[0-9a-f]{40}$/)
          .optional(),
        lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().positive().max(MAX_FILE_BYTES) }).nullish(),
      }),
    )
    .max(100_000),
});
type Sibling = z.infer<typeof listing>['siblings'][number];

const shown = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);

/** A name that stays in its folder on every system. */
const isSafe = (name: string): boolean =>
  /^[\w.+-]+(?:\/[\w.+-]+)*$/.test(name) && name.split('/').every((part) => part !== '.' && part !== '..' && !part.endsWith('.') && part.length <= 255);

const folderOf = (name: string): string => name.split('/').slice(0, -1).join('/');
const baseOf = (name: string): string => name.split('/').at(-1) ?? name;
const isHalf = (name: string): boolean => /\.fp16[.-]/.test(baseOf(name));
/** `name.safetensors`, shards of it and its half-precision twin are variants the exporter reads; `name.non_ema.safetensors` is not. */
const isUsualVariant = (name: string): boolean => /^[\w-]+(?:\.fp16)?(?:-\d{5}-of-\d{5})?\.safetensors(?:\.index(?:\.fp16)?\.json)?$/.test(baseOf(name));

/** Of weights that come in both precisions half is taken, unless the full one is wanted. */
const oneVariant = (files: readonly Sibling[], full: boolean): readonly Sibling[] => {
  const weights = files.filter(({ rfilename }) => /\.safetensors(?:\.|$)/.test(rfilename));
  const both = (half: boolean): boolean => weights.some((file) => file.rfilename.endsWith('.safetensors') && isHalf(file.rfilename) === half);
  const wanted = both(true) && both(false) ? !full : both(true);
  return files.filter((file) => !weights.includes(file) || (isUsualVariant(file.rfilename) && isHalf(file.rfilename) === wanted));
};

/** @returns the files of a repository under one source, each with the name it gets */
const under = (siblings: readonly Sibling[], source: string, target: string, full: boolean): readonly (readonly [Sibling, string])[] => {
  const exact = siblings.filter(({ rfilename }) => rfilename === source);
  const found = exact.length > 0 ? exact : siblings.filter(({ rfilename }) => folderOf(rfilename) === source && NEEDED.test(rfilename));
  return oneVariant(found, full).map((file) => [file, target === '' ? baseOf(file.rfilename) : `${target}/${baseOf(file.rfilename)}`]);
};

const unsafe = (repo: string, file: string): AppError => new AppError('MODEL_UNSAFE', { repo, file: shown(file) });

/** The other of the two spellings of one weight file: `a.safetensors`, `a.fp16.safetensors`. */
const twinOf = (name: string): string => (isHalf(name) ? name.replace('.fp16', '') : name.replace(/\.safetensors$/, '.fp16.safetensors'));
const hasTwin = (files: readonly Sibling[], name: string): boolean => twinOf(name) !== name && files.some(({ rfilename }) => rfilename === twinOf(name));

/**
 * Asks the hub what a part consists of.
 * @param full weights in full precision where both are offered
 * @throws RemoteError MODEL_DOWNLOAD, MODEL_GATED, MODEL_NOT_FOUND; EngineError MODEL_UNSAFE for a name that leaves the folder
 *   and for weights that only come as pickles
 */
export const listPart = async (client: HubClient, part: HubPart, full: boolean, signal: AbortSignal): Promise<readonly RemoteFile[]> => {
  const { endpoint } = client;
  const address = `${endpoint}/api/models/${part.repo}/revision/${encodeURIComponent(part.revision)}?blobs=true`;
  const parsed = listing.safeParse(await client.json(address, part.repo, LISTING_MAX_BYTES, signal));
  if (!parsed.success) throw new AppError('MODEL_DOWNLOAD', { file: 'the list of files', repo: part.repo, reason: 'the hub’s answer is not understood' });
  const { sha, siblings } = parsed.data;
  const hostile = siblings.find(({ rfilename }) => !isSafe(rfilename) && Object.keys(part.take).some((source) => rfilename.startsWith(source)));
  if (hostile) throw unsafe(part.repo, hostile.rfilename);
  // empty files say nothing
  const safe = siblings.filter(({ rfilename, size, lfs }) => isSafe(rfilename) && (lfs?.size ?? size) !== 0);
  const found = Object.entries(part.take).flatMap(([source, target]) => under(safe, source, target, full));
  const files = found.map(([file]) => file);
  const chosen = found.filter(([{ rfilename }]) => !hasTwin(files, rfilename) || isHalf(rfilename) !== full);
  const lacking = Object.keys(part.take).find((source) => under(safe, source, '', full).length === 0 && !hasTwin(safe, source));
  if (lacking !== undefined) throw new AppError('MODEL_NOT_FOUND', { what: `${lacking} in ${part.repo}`, endpoint });
  const targets = new Set(Object.values(part.take).filter((target) => target !== ''));
  for (const target of targets) {
    const inside = chosen.filter(([, name]) => folderOf(name) === target);
    const sources = Object.keys(part.take).filter((source) => part.take[source] === target);
    const pickle = safe.find(({ rfilename }) => PICKLE.test(rfilename) && sources.some((source) => folderOf(rfilename) === source));
    if (pickle && !inside.some(([, name]) => name.endsWith('.safetensors'))) throw unsafe(part.repo, pickle.rfilename);
  }
  return chosen.map(([file, name]) => {
    const bytes = file.lfs?.size ?? file.size;
    if (bytes === undefined || (file.lfs == null && file.blobId === undefined)) {
      throw new AppError('MODEL_DOWNLOAD', { file: file.rfilename, repo: part.repo, reason: 'the hub names no size or no checksum for it' });
    }
    const url = `${endpoint}/${part.repo}/resolve/${sha}/${file.rfilename.split('/').map(encodeURIComponent).join('/')}`;
    const seal = file.lfs ? { sha256: file.lfs.sha256 } : { gitBlob: file.blobId ?? '' };
    return { file: name, url, bytes, repo: part.repo, ...seal };
  });
};
