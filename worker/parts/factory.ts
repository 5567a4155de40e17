/** What every engine is built from. */
import type { Engine, EngineManifest } from '../../core/engine.ts';
import type { Logger } from '../../core/logger.ts';

export interface EngineDeps {
  readonly manifest: EngineManifest;
  /** The folder that holds the manifest's files. */
  readonly folder: string;
  /** Execution providers in order of preference, for example `['cuda', 'cpu']`. */
  readonly providers: readonly string[];
  /** Threads inside one operator; 0 lets the runtime choose. */
  readonly threads: number;
  readonly log: Logger;
}

export type EngineFactory = (deps: EngineDeps) => Engine;
