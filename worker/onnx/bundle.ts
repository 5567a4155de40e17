/** A manifest's model files on disk: all there, and byte for byte what the manifest names. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { EngineManifest, ModelFile } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';

/** Files found intact in this process, so that a second load hashes nothing; a changed file is hashed again. */
const verified = new Set<string>();

const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

const verify = async (engine: string, path: string, file: ModelFile): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) throw new AppError('MODEL_MISSING', { engine, file: file.path });
  const key = `${path}\n${found.mtimeMs}\n${found.size}\n${file.sha256}`;
  if (verified.has(key)) return;
  if (found.size !== file.bytes || (await sha256Of(path)) !== file.sha256) {
    throw new AppError('MODEL_CORRUPT', { engine, file: file.path });
  }
  verified.add(key);
};

/**
 * Checks every file of an engine's bundle.
 * @param folder where the manifest's files lie
 * @returns the path of a file by its name in the manifest
 * @throws EngineError MODEL_MISSING, MODEL_CORRUPT
 */
export const openBundle = async (manifest: EngineManifest, folder: string): Promise<(name: string) => string> => {
  for (const file of manifest.files) await verify(manifest.title, join(folder, file.path), file);
  return (name) => {
    if (!manifest.files.some((file) => file.path === name)) throw new AppError('MODEL_MISSING', { engine: manifest.title, file: name });
    return join(folder, name);
  };
};
