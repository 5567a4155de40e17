/** The engines as data: the one that ships with the program, and those found in the folder of models. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineManifest } from '../core/engine.ts';
import { asAppError, noteText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import motionFiles from '../worker/models/motion/files.json' with { type: 'json' };
import { readBundleManifest } from '../worker/onnx/pipeline-bundle.ts';
import { engineOf } from './bundle-engine.ts';
import { publishedModels } from './catalogue.ts';

export { engineOf } from './bundle-engine.ts';

export const motion: EngineManifest = {
  id: 'motion',
  family: 'motion',
  title: 'Motion',
  description: 'Clouds drift, water ripples, trees sway, the camera moves; needs no graphics card.',
  version: '1.0.0',
  licence: 'MIT',
  embedded: true,
  inputs: { image: 'required', text: 'optional' },
  options: {
    seconds: { min: 1, max: 8, step: 0.5, default: 3 },
    fps: { min: 8, max: 30, step: 1, default: 24 },
    steps: { min: 4, max: 40, step: 1, default: 12 },
    guidance: { min: 1, max: 6, step: 0.1, default: 1 },
    motion: { min: 0, max: 2, step: 0.1, default: 1 },
    sidePx: { min: 64, max: 1920, step: 2, default: 1280 },
    loop: true,
  },
  maxPixelsPerFrame: 1920 * 1080,
  maxFrameCount: 192,
  maxPromptCharacters: 400,
  costWeight: 1,
  folder: 'worker/models/motion',
  files: motionFiles,
};

/** The engines that need no download. */
export const manifests: readonly EngineManifest[] = [motion];

/** Short and plain, because it is typed in chats and stands in addresses. */
export const ENGINE_ID = /^[a-z0-9-]{1,32}$/;

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/**
 * Every engine of this machine: the shipped one first, then every folder of models that holds a manifest.json, by name. One
 * that cannot be read is named in the log and left out; its model files are not looked at before it is used.
 */
export const discoverEngines = async (modelsDir: string, log: Logger): Promise<readonly EngineManifest[]> => {
  const names = (await readdir(modelsDir).catch(() => [])).sort();
  const found: EngineManifest[] = [];
  for (const name of names) {
    const folder = join(modelsDir, name);
    if (!(await isFile(join(folder, 'manifest.json')))) continue;
    if (!ENGINE_ID.test(name) || manifests.some(({ id }) => id === name)) {
      log.warn({ folder }, 'left out: a model’s folder is named with 1 to 32 of a-z, 0-9 and -, and not like a shipped engine');
      continue;
    }
    try {
      const bundle = await readBundleManifest(folder, name);
      found.push(
        engineOf(
          bundle,
          name,
          publishedModels.find(({ id, repo }) => bundle.source.repo === repo || bundle.source.repo === id),
        ),
      );
    } catch (error) {
      log.warn({ folder, reason: noteText(asAppError(error).toNote()) }, 'left out: this model cannot be used');
    }
  }
  return [...manifests, ...found];
};
