/** ModelScope's text-to-video: words become a clip; it takes no photo. */
import { z } from 'zod';
import type { FrameStream, GenerateContext, GenerateRequest } from '../../core/engine.ts';
import {
  etaArgument,
  formArguments,
  frameCount,
  guidanceScale,
  personalCall,
  prompt,
  readArguments,
  sidePx,
  stepCount,
  usualSize,
} from '../parts/call-arguments.ts';
import type { EngineFactory } from '../parts/factory.ts';
import { collectFrames, streamOf } from '../parts/frames-out.ts';
import { fillBatch, guideBatch } from '../parts/guided-batch.ts';
import { noiseType } from '../parts/noise-type.ts';
import { startSchedule } from '../parts/observed-schedule.ts';
import type { PipelineEngine } from '../parts/reference-call.ts';
import { checkLatentSize, checkRequest } from '../parts/request-check.ts';
import { type Model, residentModel } from '../parts/resident-model.ts';
import { finite, type Run, startRun, traced } from '../parts/run.ts';
import { encodePrompt } from '../parts/text-encoder.ts';
import { imageTilingArguments, plannedTiling, tilingOf } from '../parts/tiling.ts';
import { asPictures, type DecodedChunk, decodeFrames } from '../parts/vae-2d.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import { concat, scale, zeros } from '../tensor/ops.ts';
import { random } from '../tensor/random.ts';
import { tensor, vector } from '../tensor/tensor.ts';

/** @source diffusers.TextToVideoSDPipeline.__call__, with its defaults */
const textToVideoArguments = z.strictObject({
  ...formArguments,
  ...imageTilingArguments,
  ...etaArgument,
  prompt,
  negative_prompt: prompt.nullish(),
  width: sidePx.nullish(),
  height: sidePx.nullish(),
  num_frames: frameCount.default(16),
  num_inference_steps: stepCount.default(50),
  guidance_scale: guidanceScale.default(9),
  clip_skip: z.int().min(0).nullish(),
});

interface TextToVideoInput {
  readonly call: z.output<typeof textToVideoArguments>;
  readonly seed: number;
  readonly scheduler?: SchedulerConfig | undefined;
  /** So many frames are decoded at once. They do not see each other: fewer need less memory for the same clip. */
  readonly chunkFrames: number;
}

export const createTextToVideo: EngineFactory = (deps): PipelineEngine => {
  const resident = residentModel(deps, ['modelscope-t2v']);

  const make = async (model: Model, { call, seed, scheduler, chunkFrames }: TextToVideoInput, run: Run) => {
    const { components, manifest } = model;

    // 1 check inputs
    run.check();
    const usual = usualSize(manifest);
    const { num_frames: frames } = call;
    const [width, height] = [call.width ?? usual.width, call.height ?? usual.height];
    checkLatentSize(manifest, width, height);
    const guided = call.guidance_scale > 1;
    const tiling = tilingOf(manifest, call);

    // 2 encode the words; clip_skip is for the prompt alone. There is no 3: no image has latents here
    const words = await encodePrompt(model, run, call.prompt, call.clip_skip ?? null, 0);
    const both = guided ? concat([await encodePrompt(model, run, call.negative_prompt ?? '', null, 1), words], 0) : words;
    await components.release('text_encoder');
    run.encoded();

    // 4 schedule; the reference hands it a row of pictures
    const schedule = await startSchedule(model.scheduler(scheduler), { steps: call.num_inference_steps }, run, asPictures);
    const steps = schedule.timesteps.length;

    // 5 noise from the seed
    const { latentChannels, spatialScale } = manifest.vae;
    const dims = [1, latentChannels, frames, height / spatialScale, width / spatialScale];
    const sample = zeros([guided ? 2 : 1, ...dims.slice(1)]);
    const noise = tensor(random(seed).normal(sample.data.length / (guided ? 2 : 1), noiseType(manifest, 'unet')), dims);
    await run.observe('randn/0/generator', noise);
    const start = run.resume(tensor(scale(noise.data, schedule.initNoiseSigma), dims), schedule);
    let { latents } = start;

    // 6 denoise
    const inputs = { sample, encoder_hidden_states: both };
    for (let i = start.first; i < steps; i++) {
      run.check();
      const timestep = vector(schedule.timesteps[i] as number);
      fillBatch(sample, schedule.scaleInput(i, latents));
      await run.observeInputs(`unet/${i}`, { ...inputs, timestep });
      const prediction = finite((await components.run('unet', { ...inputs, timestep })).float('noise_pred'));
      await run.observe(`unet/${i}/out.0`, prediction);
      latents = await schedule.step(i, guideBatch(prediction, call.guidance_scale), latents);
      run.keep(i + 1, latents, schedule);
      run.denoised(i + 1, steps);
    }
    await components.release('unet');

    // 7 decode
    const chunks: AsyncIterable<DecodedChunk> = decodeFrames(model, run, asPictures(latents), chunkFrames, tiling.decode);
    return { latents, chunks };
  };

  return {
    manifest: deps.manifest,
    load: async () => void (await resident.load()),
    dispose: () => resident.dispose(),

    async generate(request: GenerateRequest, { signal, onProgress, trace, checkpoints }: GenerateContext): Promise<FrameStream> {
      const model = await resident.load();
      checkRequest(model.manifest, request);
      const run = startRun({ signal, onProgress, checkpoints, observe: traced(trace) });
      const plan = await model.fit(request);
      const call = personalCall(textToVideoArguments, model.manifest, {
        prompt: request.prompt,
        negative_prompt: request.negativePrompt || model.manifest.defaults.negativePrompt,
        width: request.widthPx,
        height: request.heightPx,
        num_frames: request.frameCount,
        num_inference_steps: request.steps,
        guidance_scale: request.guidance,
        ...plannedTiling(plan),
      });

      // 8 hand out frames
      return streamOf(run, (await make(model, { call, seed: request.seed, chunkFrames: 1 }, run)).chunks, request, plan);
    },

    async replay({ kwargs, seed, scheduler }, context) {
      const run = startRun(context);
      const call = readArguments(textToVideoArguments, kwargs);
      const { latents, chunks } = await make(await resident.load(), { call, seed, scheduler, chunkFrames: call.num_frames }, run);
      return { latents, frames: await collectFrames(run, chunks, call.num_frames) };
    },
  };
};
