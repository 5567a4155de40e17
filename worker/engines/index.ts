/** The registry: which engine answers to which family of models. */
import type { EngineFactory } from '../parts/factory.ts';
import { createAnimateDiff } from './animatediff.ts';
import { createI2vgenXl } from './i2vgen-xl.ts';
import { createLtxVideo } from './ltx-video.ts';
import { createMotionEngine } from './motion.ts';
import { createStableVideoDiffusion } from './stable-video-diffusion.ts';
import { createTextToVideo } from './text-to-video.ts';
import { createWan } from './wan.ts';

export type { EngineDeps, EngineFactory } from '../parts/factory.ts';

export const engineFactories: Readonly<Record<string, EngineFactory>> = {
  motion: createMotionEngine,
  svd: createStableVideoDiffusion,
  animatediff: createAnimateDiff,
  'animatediff-sparsectrl': createAnimateDiff,
  'animatediff-ipadapter': createAnimateDiff,
  'i2vgen-xl': createI2vgenXl,
  'modelscope-t2v': createTextToVideo,
  ltx: createLtxVideo,
  'wan22-ti2v': createWan,
  'wan22-i2v': createWan,
};
