/** Runs one recorded case through an engine from its seed and compares every stage. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineManifest } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { engineFactories } from '../engines/index.ts';
import type { PipelineEngine, ReferenceResult } from '../parts/reference-call.ts';
import { toNpy } from '../trace.ts';
import type { RecordedCase } from './case.ts';
import { createComparison, type StageReport } from './compare.ts';

export interface ReplayOptions {
  /** The bundle's manifest as an engine's, and the folder it lies in. */
  readonly manifest: EngineManifest;
  readonly folder: string;
  readonly providers: readonly string[];
  readonly threads: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Receives every stage's tensors as `.npy`, or null. */
  readonly traceDir: string | null;
}

export interface Replayed extends ReferenceResult {
  readonly stages: readonly StageReport[];
  readonly missing: readonly string[];
  readonly passed: boolean;
}

/** @throws InputError ENGINE_UNKNOWN, and everything the engine throws */
export const replayCase = async (recorded: RecordedCase, { traceDir, signal, ...deps }: ReplayOptions): Promise<Replayed> => {
  const create = engineFactories[deps.manifest.family];
  if (create === undefined) throw new AppError('ENGINE_UNKNOWN', { engine: deps.manifest.family, allowed: Object.keys(engineFactories).join(', ') });
  const engine = create(deps);
  if (!isPipeline(engine)) throw new AppError('ENGINE_UNKNOWN', { engine: deps.manifest.family, allowed: 'the engines of published model families' });
  const comparison = createComparison(recorded.tensors);
  if (traceDir !== null) await mkdir(traceDir, { recursive: true });
  try {
    const result = await engine.replay(recorded.call, {
      signal,
      observe: async (key, data, dims) => {
        comparison.observe(key, data, dims);
        if (traceDir !== null)
          await writeFile(
            join(traceDir, `${key.replaceAll('/', '.')}.npy`),
            toNpy(data instanceof Float32Array ? data : Float32Array.from(data, Number), dims),
          );
      },
    });
    comparison.frames(result.frames, recorded.pictures);
    const stages = comparison.report();
    // a case without anything to hold against proves nothing
    const passed = stages.some(({ stage }) => stage === 'frames' || stage === 'pictures') && stages.every((stage) => stage.passed);
    return { ...result, stages, missing: comparison.missing(), passed };
  } finally {
    await engine.dispose();
  }
};

const isPipeline = (engine: unknown): engine is PipelineEngine => typeof (engine as Partial<PipelineEngine>).replay === 'function';

/** Leaves `frames.npy` ([frames, height, width, 3], 0..1) and `latents.npy` in the folder. */
export const writeResult = async (folder: string, { frames, latents }: ReferenceResult): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'frames.npy'), toNpy(frames.data, frames.dims));
  await writeFile(join(folder, 'latents.npy'), toNpy(latents.data, latents.dims));
};
