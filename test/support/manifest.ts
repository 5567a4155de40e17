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
