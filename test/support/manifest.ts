/** A manifest for tests of the domain, so that they do not change with the shipped engine's limits. */
import type { EngineManifest } from '../../core/engine.ts';

export const sampleManifest: EngineManifest = {
  id: 'motion',
  family: 'motion',
  title: 'Motion',
  description: 'For tests',
  version: '1',
  licence: 'MIT',
  embedded: true,
  inputs: { image: 'required', text: 'optional' },
  options: {
    seconds: { min: 1, max: 8, step: 0.5, default: 3 },
    fps: { min: 8, max: 30, step: 1, default: 24 },
    steps: { min: 4, max: 30, step: 1, default: 12 },
    guidance: { min: 1, max: 6, step: 0.1, default: 2 },
    motion: { min: 0, max: 2, step: 0.1, default: 1 },
    sidePx: { min: 64, max: 1920, step: 2, default: 1280 },
    loop: true,
  },
  maxPixelsPerFrame: 1920 * 1080,
  maxFrameCount: 200,
  maxPromptCharacters: 300,
  costWeight: 1,
  folder: 'motion',
  files: [],
};

/** A model with grids of sizes and frames that takes a photo or makes do without. */
export const eitherManifest: EngineManifest = {
  ...sampleManifest,
  id: 'ltx',
  family: 'ltx',
  title: 'LTX Video',
  embedded: false,
  inputs: { image: 'optional', text: 'required', native: true, negative: true },
  options: {
    seconds: { min: 0.3, max: 20, step: 0.1, default: 4 },
    fps: { min: 4, max: 30, step: 1, default: 24 },
    steps: { min: 2, max: 100, step: 1, default: 40 },
    guidance: { min: 1, max: 20, step: 0.1, default: 3 },
    motion: { min: 1, max: 1, step: 1, default: 1 },
    sidePx: { min: 64, max: 1280, step: 32, default: 704 },
    usualSize: { widthPx: 704, heightPx: 480 },
    frames: { min: 9, max: 257, step: 8, default: 97 },
    loop: false,
  },
  maxPixelsPerFrame: 720 * 1280,
  maxFrameCount: 257,
  folder: 'ltx',
};

/** A model that makes clips from words and cannot take a photo. */
export const wordsManifest: EngineManifest = {
  ...eitherManifest,
  id: 'modelscope',
  family: 'modelscope-t2v',
  title: 'ModelScope',
  inputs: { image: 'none', text: 'required', native: true, negative: true },
};

/** A model that moves a photo on its own, without words. */
export const wordlessManifest: EngineManifest = {
  ...eitherManifest,
  id: 'svd',
  family: 'svd',
  title: 'SVD',
  inputs: { image: 'required', text: 'none', native: true, negative: false },
};
