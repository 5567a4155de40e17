/** Which engine is in memory: the one asked for last, because models are large. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine, EngineManifest } from '../core/engine.ts';
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { engineFactories } from './engines/index.ts';

export interface ResidencyOptions {
  readonly manifests: readonly EngineManifest[];
  readonly modelsDir: string;
  readonly providers: readonly string[];
  /** 0 lets the runtime choose. */
  readonly threads: number;
}

export interface Residency {
  /** The engine, not necessarily loaded. @throws InputError ENGINE_UNKNOWN */
  engine(id: string): Promise<Engine>;
  dispose(): Promise<void>;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where the files of an engine lie: in the repository when they ship with it, otherwise among the downloaded models. */
const modelFolder = (manifest: EngineManifest, modelsDir: string): string => join(manifest.embedded ? root : modelsDir, manifest.folder);

export const createResidency = ({ manifests, modelsDir, providers, threads }: ResidencyOptions, log: Logger): Residency => {
  let resident: Engine | undefined;
  const dispose = async (): Promise<void> => {
    const engine = resident;
    resident = undefined;
    await engine?.dispose();
  };
  return {
    async engine(id) {
      if (resident?.manifest.id === id) return resident;
      const manifest = manifests.find((m) => m.id === id);
      const create = manifest && engineFactories[manifest.family];
      if (!manifest || !create) throw new AppError('ENGINE_UNKNOWN', { engine: id.slice(0, 40), allowed: manifests.map((m) => m.id).join(', ') });
      await dispose();
      resident = create({ manifest, folder: modelFolder(manifest, modelsDir), providers, threads, log });
      return resident;
    },
    dispose,
  };
};
