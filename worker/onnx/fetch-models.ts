/** Models on this machine: bringing them here whole or not at all, looking at them again, and taking them away. */
import { mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { bundleManifest } from './bundle-manifest.ts';
import { downloadAll, isIntact, type RemoteFile } from './download.ts';
import { type HubPart, listPart } from './hub.ts';
import type { HubClient } from './hub-client.ts';
import { withModelLock } from './model-lock.ts';
import { bundleFiles, openPipelineBundle } from './pipeline-bundle.ts';

/** What a checkpoint is made of. */
export interface CheckpointSource {
  readonly id: string;
  readonly parts: readonly HubPart[];
  /** JSON files that are written instead of downloaded. */
  readonly written?: Readonly<Record<string, unknown>>;
}

export interface FetchContext {
  readonly client: HubClient;
  readonly modelsDir: string;
  readonly signal: AbortSignal;
  /** `done` of `total` bytes; called often. */
  readonly onProgress: (done: number, total: number) => void;
  /** Files at a time. */
  readonly connections?: number;
  /** Another process is at this model, and is waited for. */
  readonly onWait?: (pid: number) => void;
}

/** The seal of a finished download, which `verify` holds it to. */
const SEAL = 'stillmotion.json';
const seal = z.object({
  id: z.string(),
  files: z.array(z.object({ file: z.string(), url: z.string(), bytes: z.int().nonnegative(), sha256: z.string().optional(), gitBlob: z.string().optional() })),
});

export const checkpointFolder = (modelsDir: string, id: string): string => join(modelsDir, 'checkpoints', id);

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** All bytes of the files below a folder; 0 when there is none. */
export const folderBytes = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  return bytes;
};

/** @throws EngineError DISK_FULL before the first byte is fetched */
const checkRoom = async (folder: string, needBytes: number): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  const gb = (bytes: number): string => (bytes / 1e9).toFixed(1);
  if (needBytes > bavail * bsize) throw new AppError('DISK_FULL', { folder, needGb: gb(needBytes), haveGb: gb(bavail * bsize) });
};

/** Fetches into a folder beside the final one and puts it in its place when all is there. */
const fetchInto = async (
  folder: string,
  files: readonly RemoteFile[],
  { client, signal, onProgress, connections = 4 }: FetchContext,
  finish: (partial: string) => Promise<void>,
): Promise<void> => {
  const partial = `${folder}.partial`;
  await mkdir(partial, { recursive: true });
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  await checkRoom(partial, total - (await folderBytes(partial)));
  let done = 0;
  await downloadAll(client, files, partial, {
    connections,
    signal,
    onBytes: (bytes) => {
      done += bytes;
      onProgress(done, total);
    },
  });
  await finish(partial);
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await rename(partial, folder);
};

const writeJson = async (path: string, value: unknown): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
};

/**
 * Brings a checkpoint in diffusers' layout to MODELS_DIR/checkpoints/ID. What was begun is continued; what another process is
 * bringing at the same time is waited for.
 * @param full weights in full precision where both are offered
 * @returns its folder
 * @throws RemoteError MODEL_DOWNLOAD, MODEL_GATED, MODEL_NOT_FOUND; EngineError MODEL_UNSAFE, DISK_FULL; CanceledError
 */
export const pullCheckpoint = async (source: CheckpointSource, full: boolean, context: FetchContext): Promise<string> => {
  const folder = checkpointFolder(context.modelsDir, source.id);
  return withModelLock({ ...context, id: source.id }, async (waited) => {
    if (waited && (await exists(folder))) return folder;
    const files: RemoteFile[] = [];
    for (const part of source.parts) files.push(...(await listPart(context.client, part, full, context.signal)));
    await fetchInto(folder, files, context, async (partial) => {
      for (const [file, value] of Object.entries(source.written ?? {})) await writeJson(join(partial, file), value);
      await writeJson(join(partial, SEAL), { id: source.id, files: files.map(({ repo: _, ...file }) => file) });
    });
    return folder;
  });
};

const MANIFEST_MAX_BYTES = 4 * 1024 * 1024;

/**
 * Brings a ready bundle to MODELS_DIR/ID and opens it once before it is put in its place.
 * @param url of its manifest.json; the files it names lie beside it
 * @returns its folder
 * @throws as pullCheckpoint; EngineError MODEL_CORRUPT, MODEL_REFUSED
 */
export const pullBundle = async (url: string, id: string, context: FetchContext): Promise<string> => {
  const folder = join(context.modelsDir, id);
  const repo = new URL(url).host;
  const parsed = bundleManifest.safeParse(await context.client.json(url, repo, MANIFEST_MAX_BYTES, context.signal));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError('MODEL_CORRUPT', { engine: id, file: `${url}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}` });
  }
  const files = bundleFiles(parsed.data).map(({ file, bytes, sha256 }) => ({ file, bytes, sha256, repo, url: new URL(file, url).href }));
  return withModelLock({ ...context, id }, async (waited) => {
    if (waited && (await exists(folder))) return folder;
    await fetchInto(folder, files, context, async (partial) => {
      await writeJson(join(partial, 'manifest.json'), parsed.data);
      await openPipelineBundle(partial, id);
    });
    return folder;
  });
};

/** What lies in MODELS_DIR under one name. */
export interface InstalledModel {
  readonly id: string;
  /** A bundle can make clips; a checkpoint must be exported first; what is partial waits for `pull` to go on. */
  readonly kind: 'bundle' | 'checkpoint' | 'partial';
  readonly folder: string;
  readonly bytes: number;
}

/** Everything of ours below MODELS_DIR, by name. */
export const installedModels = async (modelsDir: string): Promise<readonly InstalledModel[]> => {
  const names = async (folder: string): Promise<readonly string[]> => (await readdir(folder).catch((): string[] => [])).sort();
  const found: InstalledModel[] = [];
  const add = async (name: string, kind: InstalledModel['kind'], folder: string): Promise<void> =>
    void found.push({ id: name.replace(/\.partial$/, ''), kind, folder, bytes: await folderBytes(folder) });
  for (const name of await names(modelsDir)) {
    const folder = join(modelsDir, name);
    if (name.endsWith('.partial')) await add(name, 'partial', folder);
    else if (await exists(join(folder, 'manifest.json'))) await add(name, 'bundle', folder);
  }
  for (const name of await names(join(modelsDir, 'checkpoints'))) {
    const folder = join(modelsDir, 'checkpoints', name);
    if (name.endsWith('.partial')) await add(name, 'partial', folder);
    else if (await exists(join(folder, 'model_index.json'))) await add(name, 'checkpoint', folder);
  }
  return found;
};

/**
 * Reads every byte of an installed model again.
 * @throws EngineError MODEL_MISSING, MODEL_CORRUPT, MODEL_REFUSED
 */
export const verifyModel = async ({ id, kind, folder }: InstalledModel, signal: AbortSignal): Promise<void> => {
  if (kind === 'bundle') return void (await openPipelineBundle(folder, id));
  if (kind === 'partial') throw new AppError('MODEL_MISSING', { engine: id, file: 'part of its files; pull it again' });
  const text = await readFile(join(folder, SEAL), 'utf8').catch(() => {
    throw new AppError('MODEL_MISSING', { engine: id, file: SEAL });
  });
  const parsed = seal.safeParse(parseJson(text));
  if (!parsed.success) throw new AppError('MODEL_CORRUPT', { engine: id, file: SEAL });
  for (const { file, bytes, sha256, gitBlob } of parsed.data.files) {
    const path = join(folder, file);
    if (!(await exists(path))) throw new AppError('MODEL_MISSING', { engine: id, file });
    const sealed = { file, bytes, ...(sha256 === undefined ? { gitBlob: gitBlob ?? '' } : { sha256 }) };
    if (!(await isIntact(path, sealed, signal))) throw new AppError('MODEL_CORRUPT', { engine: id, file });
  }
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Deletes a model's folder, once nobody is bringing it. @throws CanceledError */
export const removeModel = ({ id, folder }: InstalledModel, context: Pick<FetchContext, 'modelsDir' | 'signal' | 'onWait'>): Promise<void> =>
  withModelLock({ ...context, id }, () => rm(folder, { recursive: true, force: true }));
