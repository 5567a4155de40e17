/** The bundle behind an engine: opened and verified once, its graphs kept until the engine is disposed of. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { BundleManifest, Family } from '../onnx/bundle-manifest.ts';
import { type Components, openComponents } from '../onnx/components.ts';
import { fitClip, freeMemory } from '../onnx/memory-gate.ts';
import type { ClipShape, MemoryPlan } from '../onnx/memory-plan.ts';
import { openPipelineBundle } from '../onnx/pipeline-bundle.ts';
import { builtProviders } from '../onnx/session.ts';
import { createScheduler } from '../schedulers/index.ts';
import { parseSchedulerConfig } from '../schedulers/options.ts';
import type { Scheduler, SchedulerConfig } from '../schedulers/scheduler.ts';
import type { EngineDeps } from './factory.ts';
import { openTokenizer } from './text-tokens.ts';

export interface Model {
  readonly manifest: BundleManifest;
  readonly components: Components;
  /**
   * Decides whether a clip's graphs stay open and how many frames are decoded together; null where the free memory is unknown.
   * @throws EngineError NOT_ENOUGH_MEMORY
   */
  fit(shape: ClipShape): Promise<MemoryPlan | null>;
  /** From the configuration given, or the bundle's own. @throws EngineError when it cannot be honoured */
  scheduler(config?: SchedulerConfig): Scheduler;
  /** The bundle's own scheduler_config.json. */
  readonly schedulerConfig: SchedulerConfig;
  /** A prompt padded to the model's length or the one given. @throws EngineError MODEL_CORRUPT when the bundle has no tokenizer */
  tokenize(prompt: string, maxTokens?: number): { readonly ids: readonly number[]; readonly mask: readonly number[] };
}

export interface ResidentModel {
  /** Repeatable. @throws EngineError MODEL_MISSING, MODEL_CORRUPT, PRECISION_UNSUPPORTED */
  load(): Promise<Model>;
  /** Closes every graph; repeatable, and the next load opens them again. */
  dispose(): Promise<void>;
}

/** How CLIP wants its images. @throws EngineError MODEL_CORRUPT when the bundle does not say */
export const clipImageOf = ({ manifest }: Model): NonNullable<BundleManifest['clipImage']> => {
  if (manifest.clipImage === undefined) throw new AppError('MODEL_CORRUPT', { engine: manifest.family, file: 'manifest.json: it has no clipImage' });
  return manifest.clipImage;
};

const SCHEDULER = 'scheduler/scheduler_config.json';
const TOKENIZER = 'tokenizer/tokenizer.json';

const readScheduler = (engine: string, text: string): SchedulerConfig => {
  try {
    return parseSchedulerConfig(text);
  } catch (error) {
    throw new AppError('MODEL_CORRUPT', { engine, file: `${SCHEDULER}: ${error instanceof Error ? error.message : error}` }, { cause: error });
  }
};

/** @throws EngineError PRECISION_UNSUPPORTED for bfloat16 on the CPU, for which ONNX Runtime has no kernels */
const checkPrecision = (engine: string, { components }: BundleManifest, providers: readonly string[]): void => {
  const onCpu = !providers.some((provider) => provider !== 'cpu' && builtProviders().includes(provider));
  const isBfloat = Object.values(components).some(({ dtype }) => dtype === 'bf16');
  if (onCpu && isBfloat) throw new AppError('PRECISION_UNSUPPORTED', { engine, dtype: 'bfloat16' });
};

/** @param families those the engine can run; another one in its folder is refused */
export const residentModel = ({ manifest: engine, folder, providers, threads, log }: EngineDeps, families: readonly Family[]): ResidentModel => {
  let loaded: Promise<Model> | undefined;

  const open = async (): Promise<Model> => {
    const { manifest, path } = await openPipelineBundle(folder, engine.title);
    if (!families.includes(manifest.family)) {
      throw new AppError('MODEL_CORRUPT', {
        engine: engine.title,
        file: `manifest.json: a bundle of the family ${manifest.family}, not ${families.join(' or ')}`,
      });
    }
    checkPrecision(engine.title, manifest, providers);
    const ownScheduler = readScheduler(engine.title, await readFile(path(SCHEDULER), 'utf8'));
    const tokenizer = manifest.text && (await openTokenizer(dirname(path(TOKENIZER)), manifest.text));
    const components = openComponents(manifest, path, { providers, threads, log, sequential: false });
    return {
      manifest,
      components,
      fit: async (shape) => fitClip(engine.title, manifest, components, shape, await freeMemory(providers)),
      schedulerConfig: ownScheduler,
      scheduler: (config = ownScheduler) => createScheduler(config),
      tokenize(prompt, maxTokens) {
        if (tokenizer === undefined) throw new AppError('MODEL_CORRUPT', { engine: engine.title, file: 'manifest.json: it has no text' });
        return tokenizer(prompt, maxTokens);
      },
    };
  };

  return {
    load() {
      loaded ??= open().catch((error: unknown) => {
        loaded = undefined;
        throw error;
      });
      return loaded;
    },
    async dispose() {
      const model = await loaded?.catch(() => undefined);
      loaded = undefined;
      await model?.components.dispose();
    },
  };
};
