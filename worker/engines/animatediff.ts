/** AnimateDiff: motion modules in an image model. Words alone, with frames held to a picture (SparseCtrl), or in a picture's likeness (IP-Adapter). */
import { z } from 'zod';
import type { FrameStream, GenerateContext, GenerateRequest, Photo } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
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
import { fillBatch, guideBatch, orNothing } from '../parts/guided-batch.ts';
import { encodePhoto } from '../parts/image-encoder.ts';
import { noiseType } from '../parts/noise-type.ts';
import { startSchedule } from '../parts/observed-schedule.ts';
import { samplePosterior } from '../parts/posterior.ts';
import type { PipelineEngine } from '../parts/reference-call.ts';
import { checkFrames, checkLatentSize, checkRequest, onlyPhoto, requirePhoto } from '../parts/request-check.ts';
import { clipImageOf, type Model, residentModel } from '../parts/resident-model.ts';
import { finite, type Run, startRun, traced } from '../parts/run.ts';
import { encodePrompt } from '../parts/text-encoder.ts';
import { imageTilingArguments, plannedTiling, type Tiling, tilingOf } from '../parts/tiling.ts';
import { asPictures, type DecodedChunk, decodeFrames, encodePixels } from '../parts/vae-2d.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import { affine, concat, permute, repeatInterleave, scale, slice, zeros } from '../tensor/ops.ts';
import { random } from '../tensor/random.ts';
import { type FloatTensor, tensor, vector } from '../tensor/tensor.ts';
import { clipImage, vaeImage } from '../vision/preprocess.ts';

const families = ['animatediff', 'animatediff-sparsectrl', 'animatediff-ipadapter'] as const;

const sharedArguments = {
  ...formArguments,
  ...imageTilingArguments,
  ...etaArgument,
  prompt,
  negative_prompt: prompt.nullish(),
  width: sidePx.nullish(),
  height: sidePx.nullish(),
  num_frames: frameCount.default(16),
  num_inference_steps: stepCount.default(50),
  guidance_scale: guidanceScale.default(7.5),
  clip_skip: z.int().min(0).nullish(),
  // whatever it says, both pipelines make one clip
  num_videos_per_prompt: z.int().nullish(),
};
/** @source diffusers.AnimateDiffPipeline.__call__, with its defaults */
const plainArguments = z.strictObject({ ...sharedArguments, decode_chunk_size: frameCount.default(16) });
/** The adapter's strength, which the reference is told before the call. @source diffusers.loaders.IPAdapterMixin.set_ip_adapter_scale */
const adapterArguments = plainArguments.extend({ ip_adapter_scale: z.number().default(1) });
/** @source diffusers.AnimateDiffSparseControlNetPipeline.__call__, with its defaults */
const sparseArguments = z.strictObject({
  ...sharedArguments,
  controlnet_conditioning_scale: z.number().default(1),
  controlnet_frame_indices: z.array(z.int()).min(1).default([0]),
  guess_mode: z.literal(false).nullish(),
});

interface AnimateDiffCall extends z.output<z.ZodObject<typeof sharedArguments>> {
  readonly decode_chunk_size?: number;
  readonly ip_adapter_scale?: number;
  readonly controlnet_conditioning_scale?: number;
  readonly controlnet_frame_indices?: readonly number[];
}

interface AnimateDiffInput {
  readonly call: AnimateDiffCall;
  /** SparseCtrl: the condition frames. IP-Adapter: one picture. */
  readonly photos: readonly Photo[];
  readonly seed: number;
  readonly globalSeed: number;
  readonly scheduler?: SchedulerConfig | undefined;
}

const argumentsOf = ({ manifest: { family } }: Model) =>
  family === 'animatediff-sparsectrl' ? sparseArguments : family === 'animatediff-ipadapter' ? adapterArguments : plainArguments;

export const createAnimateDiff: EngineFactory = (deps): PipelineEngine => {
  const resident = residentModel(deps, families);

  const make = async (model: Model, { call, photos, seed, globalSeed, scheduler }: AnimateDiffInput, run: Run) => {
    const { components, manifest } = model;
    const { family, vae } = manifest;

    // 1 check inputs
    run.check();
    const usual = usualSize(manifest);
    const { num_frames: frames } = call;
    const [width, height] = [call.width ?? usual.width, call.height ?? usual.height];
    checkLatentSize(manifest, width, height);
    checkFrames(frames, { min: 1, max: manifest.denoiser.maxFrames ?? Number.MAX_SAFE_INTEGER, step: 1 });
    const guided = call.guidance_scale > 1;
    const tiling = tilingOf(manifest, call);
    const batch = guided ? 2 : 1;

    // 2 encode the words, and the picture for its likeness; clip_skip is for the prompt alone
    const words = await encodePrompt(model, run, call.prompt, call.clip_skip ?? null, 0);
    const both = guided ? concat([await encodePrompt(model, run, call.negative_prompt ?? '', null, 1), words], 0) : words;
    await components.release('text_encoder');
    const likeness =
      family === 'animatediff-ipadapter' ? orNothing(await encodePhoto(model, run, clipImage(onlyPhoto(photos), clipImageOf(model))), guided) : undefined;
    await components.release('image_encoder');

    // 3 image latents: the frames that are given
    const control =
      family === 'animatediff-sparsectrl'
        ? {
            ...(await conditionOf(model, run, { call, photos, globalSeed, width, height, tiling: tiling.encode })),
            conditioning_scale: vector(call.controlnet_conditioning_scale ?? 1),
          }
        : undefined;
    await components.release('vae_encoder');
    run.encoded();

    // 4 schedule
    const schedule = await startSchedule(model.scheduler(scheduler), { steps: call.num_inference_steps }, run);
    const steps = schedule.timesteps.length;

    // 5 noise from the seed
    const dims = [1, vae.latentChannels, frames, height / vae.spatialScale, width / vae.spatialScale];
    const sample = zeros([batch, ...dims.slice(1)]);
    const noise = tensor(random(seed).normal(sample.data.length / batch, noiseType(manifest, 'unet')), dims);
    await run.observe(control && isSimplified(model) ? 'randn/1/generator' : 'randn/0/generator', noise);
    const start = run.resume(tensor(scale(noise.data, schedule.initNoiseSigma), dims), schedule);
    let { latents } = start;

    // 6 denoise
    const inputs = { sample, encoder_hidden_states: repeatInterleave(both, 0, frames) };
    for (let i = start.first; i < steps; i++) {
      run.check();
      const timestep = vector(schedule.timesteps[i] as number);
      fillBatch(sample, schedule.scaleInput(i, latents));
      const residuals = control && (await controlled(model, run, i, { ...inputs, ...control, timestep }));
      await run.observeInputs(`unet/${i}`, { ...inputs, timestep, ...(likeness && { 'added_cond_kwargs.image_embeds.0': likeness }), ...residuals });
      const picture = likeness && { image_embeds: likeness, ip_scale: vector(call.ip_adapter_scale ?? 1) };
      const prediction = finite((await components.run('unet', { ...inputs, timestep, ...picture, ...residuals })).float('noise_pred'));
      await run.observe(`unet/${i}/out.sample`, prediction);
      latents = await schedule.step(i, guideBatch(prediction, call.guidance_scale), latents);
      run.keep(i + 1, latents, schedule);
      run.denoised(i + 1, steps);
    }
    await components.release('controlnet', 'unet');

    // 7 decode
    const chunks: AsyncIterable<DecodedChunk> = decodeFrames(model, run, asPictures(latents), call.decode_chunk_size ?? frames, tiling.decode);
    return { latents, chunks, frames };
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
      const call: AnimateDiffCall = personalCall(argumentsOf(model), model.manifest, {
        prompt: request.prompt,
        negative_prompt: request.negativePrompt || model.manifest.defaults.negativePrompt,
        width: request.widthPx,
        height: request.heightPx,
        num_frames: request.frameCount,
        num_inference_steps: request.steps,
        guidance_scale: request.guidance,
        ...plannedTiling(plan),
      });
      // frames of this VAE do not see each other: one at a time is the same clip in the least memory
      const input = { call: { ...call, decode_chunk_size: 1 }, seed: request.seed, globalSeed: request.seed };
      const photos = model.manifest.family === 'animatediff' ? [] : [requirePhoto(request.photo)];

      // 8 hand out frames
      return streamOf(run, (await make(model, { ...input, photos }, run)).chunks, request, plan);
    },

    async replay({ kwargs, seed, globalSeed, images, scheduler, ipAdapterScale }, context) {
      const model = await resident.load();
      const run = startRun(context);
      const call = readArguments(argumentsOf(model), { ...kwargs, ...(ipAdapterScale !== undefined && { ip_adapter_scale: ipAdapterScale }) });
      const input = { call, photos: images, seed, globalSeed, scheduler };
      const { latents, chunks, frames } = await make(model, input, run);
      return { latents, frames: await collectFrames(run, chunks, frames) };
    },
  };
};

const isSimplified = ({ manifest }: Model): boolean => manifest.denoiser.simplifiedCondition ?? false;

interface ConditionInput {
  readonly call: AnimateDiffCall;
  readonly photos: readonly Photo[];
  readonly globalSeed: number;
  readonly width: number;
  readonly height: number;
  readonly tiling: Tiling | undefined;
}

/**
 * The given frames at their places among empty ones.
 * @returns controlnet_cond [1, c, frames, h, w], as latents or, when the condition is not simplified, as pixels 0..1; conditioning_mask [1, 1, frames, h, w]
 * @throws InputError PHOTO_MISSING, REQUEST_MALFORMED
 * @source diffusers.AnimateDiffSparseControlNetPipeline.prepare_image, prepare_sparse_control_conditioning
 */
const conditionOf = async (model: Model, run: Run, { call, photos, globalSeed, width, height, tiling }: ConditionInput) => {
  const { controlnet_frame_indices: indices = [0], num_frames: frames } = call;
  requirePhoto(photos[0]);
  const places = indices.map((index) => (index < 0 ? index + frames : index));
  if (places.length > photos.length || places.some((place) => place < 0 || place >= frames)) {
    throw new AppError('REQUEST_MALFORMED', {
      problem: `controlnet_frame_indices: ${indices.join(', ')} must be ${photos.length} or fewer places among ${frames} frames, one for each condition frame`,
    });
  }
  const pictures = concat(
    photos.map((photo) => vaeImage(requirePhoto(photo), width, height, 'zero-to-one')),
    0,
  );
  const given = isSimplified(model) ? await toLatents(model, run, affine(pictures, 2, -1), globalSeed, tiling) : pictures;
  const [, channels = 0, rows = 0, columns = 0] = given.dims;
  const condition = zeros([frames, channels, rows, columns]);
  const mask = zeros([1, 1, frames, rows, columns]);
  places.forEach((place, i) => {
    condition.data.set(slice(given, 0, i, i + 1).data, place * channels * rows * columns);
    mask.data.fill(1, place * rows * columns, (place + 1) * rows * columns);
  });
  return { controlnet_cond: permute({ ...condition, dims: [1, ...condition.dims] }, [0, 2, 1, 3, 4]), conditioning_mask: mask };
};

/** Condition frames [n, 3, h, w], -1..1, as scaled latents; all of their noise is drawn at once, from the global generator. */
const toLatents = async (model: Model, run: Run, pixels: FloatTensor, globalSeed: number, tiling?: Tiling): Promise<FloatTensor> => {
  const moments = await encodePixels(model, run, pixels, tiling);
  const [n = 0, twice = 0, ...size] = moments.dims;
  const noise = tensor(random(globalSeed).normal(moments.data.length / 2, noiseType(model.manifest, 'vae_encoder')), [n, twice / 2, ...size]);
  await run.observe('randn/0/global', noise);
  return affine(samplePosterior(moments, noise.data), model.manifest.vae.scalingFactor, 0);
};

/** One run of the SparseCtrl encoder, as the residuals that the denoiser adds. */
const controlled = async (
  { components, manifest }: Model,
  run: Run,
  step: number,
  inputs: Readonly<Record<string, FloatTensor>>,
): Promise<Record<string, FloatTensor>> => {
  await run.observeInputs(`controlnet/${step}`, inputs);
  const outputs = await components.run('controlnet', inputs);
  const residuals: Record<string, FloatTensor> = {};
  for (const { name } of manifest.components.controlnet?.outputs ?? []) {
    const residual = outputs.float(name);
    const down = /^down_block_res_samples\.(\d+)$/.exec(name)?.[1];
    residuals[down === undefined ? 'mid_block_additional_residual' : `down_block_additional_residuals.${down}`] = residual;
    await run.observe(`controlnet/${step}/${down === undefined ? 'out.1' : `out.0.${down}`}`, residual);
  }
  return residuals;
};
