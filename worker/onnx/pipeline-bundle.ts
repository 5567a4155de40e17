/** Opens a bundle of a published model family: manifest, files and graphs are held to what they must be before ONNX Runtime sees them. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { type BundleManifest, bundleManifest } from './bundle-manifest.ts';
import { familyProblem } from './family-ports.ts';
import { checkGraph } from './graph-check.ts';
import type { Weight } from './graph-weights.ts';
import { Malformed } from './protobuf.ts';
import { scanFile } from './weight-scan.ts';

export interface PipelineBundle {
  readonly manifest: BundleManifest;
  /** @returns the place of a file of the manifest, which has been verified. @throws EngineError MODEL_MISSING */
  path(file: string): string;
  /** A JSON file of the bundle, for example `scheduler/scheduler_config.json`. @throws EngineError MODEL_MISSING, MODEL_CORRUPT */
  json<T>(file: string): Promise<T>;
}

/** A file with what it must be. */
export interface SealedFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

const MANIFEST_MAX_BYTES = 4 * 1024 * 1024;
const JSON_MAX_BYTES = 64 * 1024 * 1024;

const missing = (engine: string, file: string): AppError => new AppError('MODEL_MISSING', { engine, file });
const corrupt = (engine: string, file: string, reason: string, cause?: unknown): AppError =>
  new AppError('MODEL_CORRUPT', { engine, file: `${file}: ${reason}` }, { cause });
const damaged = (engine: string, file: string): AppError => corrupt(engine, file, 'its SHA-256 is not the one in manifest.json');
const refused = (engine: string, file: string, reason: string): AppError => new AppError('MODEL_REFUSED', { engine, file, reason });

/** Bundles found intact in this process, by everything that would show a change. */
const verified = new Set<string>();

const readJson = async (engine: string, path: string, file: string, maxBytes: number): Promise<unknown> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) throw missing(engine, file);
  if (found.size > maxBytes) throw corrupt(engine, file, `it has ${found.size} bytes, at most ${maxBytes} are read`);
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw corrupt(engine, file, 'it is not JSON', error);
  }
};

/** manifest.json alone, without looking at the files it names. @throws EngineError MODEL_MISSING, MODEL_CORRUPT, MODEL_REFUSED */
export const readBundleManifest = async (folder: string, title: string): Promise<BundleManifest> => {
  const path = join(folder, 'manifest.json');
  const parsed = bundleManifest.safeParse(await readJson(title, path, path, MANIFEST_MAX_BYTES));
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
    throw corrupt(title, path, problems.join('; '));
  }
  const problem = familyProblem(parsed.data);
  if (problem !== undefined) throw refused(title, path, problem);
  return parsed.data;
};

/** Every file a manifest names. */
export const bundleFiles = (manifest: BundleManifest): readonly SealedFile[] => [
  ...manifest.files,
  ...Object.values(manifest.components).flatMap((component) => [component, ...component.externalData]),
];

/** @returns what identifies the file's present state. @throws when it is not there, not inside, or not of the right length */
const locate = async (engine: string, home: string, { file, bytes, sha256 }: SealedFile): Promise<string> => {
  const path = await realpath(join(home, file)).catch(() => {
    throw missing(engine, file);
  });
  if (!path.startsWith(home + sep)) throw refused(engine, file, 'is a link that leaves the folder of the model');
  const found = await stat(path);
  if (!found.isFile()) throw missing(engine, file);
  if (found.size !== bytes) throw corrupt(engine, file, `it has ${found.size} bytes instead of ${bytes}`);
  return [path, found.ino, found.mtimeMs, found.size, sha256].join('\n');
};

/** Everything that needs no look into the weights, for every graph, then every file once from beginning to end. */
const examine = async (engine: string, home: string, manifest: BundleManifest): Promise<void> => {
  const weights = new Map<string, readonly Weight[]>();
  for (const component of Object.values(manifest.components)) {
    try {
      for (const [file, some] of checkGraph(join(home, component.file), component)) weights.set(file, [...(weights.get(file) ?? []), ...some]);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      // a graph that was damaged on the way is not hostile
      if ((await scanFile(join(home, component.file), [])).sha256 !== component.sha256) throw damaged(engine, component.file);
      throw refused(engine, component.file, error.message);
    }
  }
  for (const { file, sha256 } of bundleFiles(manifest)) {
    const scan = await scanFile(join(home, file), weights.get(file) ?? []);
    if (scan.sha256 !== sha256) throw damaged(engine, file);
    if (scan.problem !== undefined) throw refused(engine, file, scan.problem);
  }
};

/**
 * Opens a bundle and checks every file of it: size, SHA-256, that no graph reaches out of the folder or asks for absurd
 * memory, that ports and operators are those of its family, that no weight is NaN or infinite. Once per process and change.
 * @param title the engine as people know it, for the words of an error
 * @throws EngineError MODEL_MISSING, MODEL_CORRUPT, MODEL_REFUSED
 */
export const openPipelineBundle = async (folder: string, title: string): Promise<PipelineBundle> => {
  const manifest = await readBundleManifest(folder, title);
  const home = await realpath(folder);
  const files = bundleFiles(manifest);
  const state: string[] = [JSON.stringify(manifest.components)];
  for (const file of files) state.push(await locate(title, home, file));
  const key = state.join('\n');
  if (!verified.has(key)) await examine(title, home, manifest);
  verified.add(key);
  const names = new Set(files.map(({ file }) => file));
  const path = (file: string): string => {
    if (!names.has(file)) throw missing(title, file);
    return join(home, file);
  };
  return { manifest, path, json: async <T>(file: string) => (await readJson(title, path(file), file, JSON_MAX_BYTES)) as T };
};
