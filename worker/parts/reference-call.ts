/** A recorded call of a reference pipeline, and the door through which an engine runs exactly that call. */
import type { Engine, Photo, Progress } from '../../core/engine.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import type { FloatTensor } from '../tensor/tensor.ts';

/** Arguments by their names in diffusers (`num_inference_steps`, `guidance_scale`, …), as recorded in a case.json. */
export interface ReferenceCall {
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Of the generator handed to the pipeline. */
  readonly seed: number;
  /** Of torch's global generator, which some pipelines read besides. */
  readonly globalSeed: number;
  /** Instead of the bundle's own. */
  readonly scheduler?: SchedulerConfig | undefined;
  readonly ipAdapterScale?: number | undefined;
  /** Input images at their own size. */
  readonly images: readonly Photo[];
}

/**
 * Receives what a run computes, by the names of the recorded tensors: `text_encoder/0/in/input_ids`, `randn/0/generator`,
 * `unet/3/out.0`, `sched/3/out/prev_sample`, `vae_decode/0/in/z`, `video_raw`, …
 */
export type Observe = (key: string, data: Float32Array | BigInt64Array | Float64Array, dims: readonly number[]) => void | Promise<void>;

export interface ReferenceResult {
  /** [frames, height, width, 3], 0..1, not rounded to bytes. */
  readonly frames: FloatTensor;
  /** As the decoder gets them, before it undoes their scaling. */
  readonly latents: FloatTensor;
}

/** An engine of a published model family: what it makes for people, and what the reference pipeline was asked. */
export interface PipelineEngine extends Engine {
  replay(
    call: ReferenceCall,
    context: { readonly signal: AbortSignal; readonly observe?: Observe; readonly onProgress?: (progress: Progress) => void },
  ): Promise<ReferenceResult>;
}
