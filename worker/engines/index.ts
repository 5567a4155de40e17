/** The registry: which engine answers to which id. */
import { createMotionEngine, type EngineFactory } from './motion.ts';

export type { EngineDeps, EngineFactory } from './motion.ts';

export const engineFactories: Readonly<Record<string, EngineFactory>> = {
  motion: createMotionEngine,
};
