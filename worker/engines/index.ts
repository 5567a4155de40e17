/** The registry: which engine answers to which id. */
import type { EngineFactory } from '../parts/factory.ts';
import { createMotionEngine } from './motion.ts';

export type { EngineDeps, EngineFactory } from '../parts/factory.ts';

export const engineFactories: Readonly<Record<string, EngineFactory>> = {
  motion: createMotionEngine,
};
