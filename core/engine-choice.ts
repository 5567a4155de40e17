/** Which engine makes a clip: the one asked for when it can, else the place's, else the first that takes what there is. */
import { findManifest } from './deps.ts';
import type { EngineManifest } from './engine.ts';
import { AppError } from './errors.ts';

/** Engines that bring a photo to life. */
export const photoEngines = (manifests: readonly EngineManifest[]): readonly EngineManifest[] => manifests.filter((m) => m.inputs.image !== 'none');

/** Engines that need no photo; those that know nothing else come first. */
export const wordsEngines = (manifests: readonly EngineManifest[]): readonly EngineManifest[] => [
  ...manifests.filter((m) => m.inputs.image === 'none'),
  ...manifests.filter((m) => m.inputs.image === 'optional'),
];

const MAX_NAMED = 3;

/** `Motion (motion) or LTX Video (ltx)`: the first few, so that the sentence stays one. */
const named = (manifests: readonly EngineManifest[]): string =>
  manifests
    .slice(0, MAX_NAMED)
    .map(({ id, title }) => (title === id ? id : `${title} (${id})`))
    .join(' or ');

/** @throws InputError NO_WORDS_ENGINE when nothing installed works from words alone */
export const checkWordsEngine = (manifests: readonly EngineManifest[]): void => {
  if (wordsEngines(manifests).length === 0) throw new AppError('NO_WORDS_ENGINE');
};

/**
 * @param wanted the engine that was asked for, if any
 * @param usual the place's own default, or null; it gives way to one that can do what is asked
 * @throws InputError ENGINE_UNKNOWN, PHOTO_UNWANTED, PHOTO_MISSING
 */
export const chooseEngine = (manifests: readonly EngineManifest[], wanted: string | undefined, usual: string | null, hasPhoto: boolean): EngineManifest => {
  const able = hasPhoto ? photoEngines(manifests) : wordsEngines(manifests);
  if (wanted !== undefined) {
    const manifest = findManifest(manifests, wanted);
    if (able.includes(manifest)) return manifest;
    throw hasPhoto ? new AppError('PHOTO_UNWANTED', { engine: manifest.title, instead: named(able) }) : new AppError('PHOTO_MISSING');
  }
  const chosen = able.find(({ id }) => id === usual) ?? able[0];
  if (chosen) return chosen;
  throw hasPhoto ? new AppError('ENGINE_UNKNOWN', { engine: usual ?? '', allowed: named(manifests) }) : new AppError('PHOTO_MISSING');
};
