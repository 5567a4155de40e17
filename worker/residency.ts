/** Which engine is in memory: the one asked for last, because models are large. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine, EngineManifest } from '../core/engine.ts';
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { engineFactories } from './engines/index.ts';
import { chooseProviders, inspectMachine, type ProviderChoice } from './onnx/providers.ts';
import { builtProviders } from './onnx/session.ts';

export interface ResidencyOptions {
  readonly manifests: readonly EngineManifest[];
  readonly modelsDir: string;
  /** As EXECUTION_PROVIDERS says; `auto` leaves the choice to what this machine has. */
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

/** What this machine runs graphs on, with a line for everything that was looked at. */
export const machineProviders = async (wanted: readonly string[]): Promise<ProviderChoice> => chooseProviders(wanted, await inspectMachine(builtProviders()));

export const createResidency = ({ manifests, modelsDir, providers, threads }: ResidencyOptions, log: Logger): Residency => {
  let resident: Engine | undefined;
  let choice: Promise<ProviderChoice> | undefined;
  /** Nobody who left the choice to us wants the small engine, which is made for the CPU, on the graphics card. */
  const providersFor = async ({ embedded }: EngineManifest): Promise<readonly string[]> => {
    if (embedded && providers.includes('auto')) return ['cpu'];
    choice ??= machineProviders(providers).then((chosen) => {
      log.info({ providers: chosen.providers }, chosen.reasons.join('; '));
      return chosen;
    });
    return (await choice).providers;
  };
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
      resident = create({ manifest, folder: modelFolder(manifest, modelsDir), providers: await providersFor(manifest), threads, log });
      return resident;
    },
    dispose,
  };
};
