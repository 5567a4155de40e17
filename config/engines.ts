/** The engines as data: what they take, their bounds, their files. */
import type { EngineManifest } from '../core/engine.ts';
import motionFiles from '../worker/models/motion/files.json' with { type: 'json' };

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
    guidance: { min: 1, max: 6, step: 0.1, default: 2 },
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

export const manifests: readonly EngineManifest[] = [motion];
