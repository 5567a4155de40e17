/** Stable Video Diffusion: a photo becomes a clip. It reads no words; how much moves is a number. */
import { z } from 'zod';
import type { FrameStream, GenerateContext, GenerateRequest, Photo } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import type { BundleManifest } from '../onnx/bundle-manifest.ts';
import { formArguments, frameCount, guidanceScale, personalCall, readArguments, sidePx, stepCount } from '../parts/call-arguments.ts';
import type { EngineFactory } from '../parts/factory.ts';
import { collectFrames, streamOf } from '../parts/frames-out.ts';
import { guideBatch, orNothing } from '../parts/guided-batch.ts';
import { encodePhoto } from '../parts/image-encoder.ts';
import { noiseType } from '../parts/noise-type.ts';
import { startSchedule } from '../parts/observed-schedule.ts';
import { posteriorMode } from '../parts/posterior.ts';
import type { PipelineEngine } from '../parts/reference-call.ts';
import { checkLatentSize, checkRequest, onlyPhoto, requirePhoto } from '../parts/request-check.ts';
import { clipImageOf, type Model, residentModel } from '../parts/resident-model.ts';
import { finite, type Run, startRun, traced } from '../parts/run.ts';
import { imageTilingArguments, plannedTiling, tilingOf } from '../parts/tiling.ts';
import { type DecodedChunk, decodeFrames, encodePixels } from '../parts/vae-2d.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import { combine, linspace, repeat, reshape, scale, zeros } from '../tensor/ops.ts';
import { random } from '../tensor/random.ts';
import { type FloatTensor, tensor, vector } from '../tensor/tensor.ts';
import { svdClipImage, vaeImage } from '../vision/preprocess.ts';

/** @source diffusers.StableVideoDiffusionPipeline.__call__, with its defaults */
const svdArguments = z.strictObject({
  ...formArguments,
  ...imageTilingArguments,
  width: sidePx.default(1024),
  height: sidePx.default(576),
  num_frames: frameCount.nullish(),
  num_inference_steps: stepCount.default(25),
  sigmas: z.null({ error: 'noise levels other than those of the scheduler are not supported' }).optional(),
  min_guidance_scale: guidanceScale.default(1),
  max_guidance_scale: guidanceScale.default(3),
  fps: z.number().min(0).max(1000).default(7),
  motion_bucket_id: z.number().min(0).max(1000).default(127),
  noise_aug_strength: z.number().min(0).max(100).default(0.02),
  decode_chunk_size: frameCount.nullish(),
  num_videos_per_prompt: z.literal(1).nullish(),
});
type SvdCall = z.output<typeof svdArguments>;

interface SvdInput {
  readonly call: SvdCall;
  readonly photo: Photo;
  readonly seed: number;
  readonly scheduler?: SchedulerConfig | undefined;
}

export const createStableVideoDiffusion: EngineFactory = (deps): PipelineEngine => {
  const resident = residentModel(deps, ['svd']);

  const make = async (model: Model, { call, photo, seed, scheduler }: SvdInput, run: Run) => {
    const { components, manifest } = model;

    // 1 check inputs
    run.check();
    const { width, height } = call;
    checkLatentSize(manifest, width, height);
    const frames = call.num_frames ?? manifest.sizes.frames.default;
    const guided = call.max_guidance_scale > 1;
    if (!guided && call.min_guidance_scale > 1) {
      throw new AppError('REQUEST_MALFORMED', { problem: 'max_guidance_scale must be above 1 where min_guidance_scale is' });
    }
    const batch = guided ? 2 : 1;
    const generator = random(seed);
    // the reference's autoencoder cuts nothing: pieces as those of the others, and of the decoder alone
    const tiling = tilingOf(manifest, call);

    // 2 encode the photo
    const imageEmbeds = orNothing(await encodePhoto(model, run, svdClipImage(photo, clipImageOf(model))), guided);
    await components.release('image_encoder');

    // 3 image latents; a little noise on the photo lets more of it move
    const pixels = vaeImage(photo, width, height, 'minus-one-to-one');
    const augmentation = tensor(generator.normal(pixels.data.length), pixels.dims);
    await run.observe('randn/0/generator', augmentation);
    const strength = Math.fround(call.noise_aug_strength);
    const noisy = tensor(combine(1, pixels.data, 1, scale(augmentation.data, strength)), pixels.dims);
    const imageLatents = posteriorMode(await encodePixels(model, run, noisy));
    await components.release('vae_encoder');
    run.encoded();

    // 4 schedule
    const schedule = await startSchedule(model.scheduler(scheduler), { steps: call.num_inference_steps }, run);
    const steps = schedule.timesteps.length;

    // 5 noise from the seed: frames before channels
    const [, channels = 0, latentHeight = 0, latentWidth = 0] = imageLatents.dims;
    const dims = [1, frames, channels, latentHeight, latentWidth];
    const noise = tensor(generator.normal(frames * imageLatents.data.length, noiseType(manifest, 'unet')), dims);
    await run.observe('randn/1/generator', noise);
    const start = run.resume(tensor(scale(noise.data, schedule.initNoiseSigma), dims), schedule);
    let { latents } = start;

    // 6 denoise: later frames are guided more than earlier ones
    const guidance = linspace(call.min_guidance_scale, call.max_guidance_scale, frames);
    // SVD was trained on fps - 1 (its authors' sampling script)
    const conditions = vector(call.fps - 1, call.motion_bucket_id, call.noise_aug_strength);
    const inputs = {
      sample: zeros([batch, frames, 2 * channels, latentHeight, latentWidth]),
      encoder_hidden_states: imageEmbeds,
      added_time_ids: repeat(reshape(conditions, [1, 3]), 0, batch),
    };
    // without the photo its channels stay zero
    write(inputs.sample, imageLatents, guided ? [1] : [0], channels);
    for (let i = start.first; i < steps; i++) {
      run.check();
      const timestep = vector(schedule.timesteps[i] as number);
      write(inputs.sample, schedule.scaleInput(i, latents), guided ? [0, 1] : [0], 0);
      await run.observeInputs(`unet/${i}`, { ...inputs, timestep });
      const prediction = finite((await components.run('unet', { ...inputs, timestep })).float('noise_pred'));
      await run.observe(`unet/${i}/out.0`, prediction);
      latents = await schedule.step(i, guideBatch(prediction, guidance, 1), latents);
      run.keep(i + 1, latents, schedule);
      run.denoised(i + 1, steps);
    }
    await components.release('unet');

    // 7 decode: frames of one chunk see each other, so that cutting elsewhere changes the clip
    const chunks: AsyncIterable<DecodedChunk> = decodeFrames(model, run, reshape(latents, dims.slice(1)), call.decode_chunk_size ?? frames, tiling.decode);
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
      const call = callOf(model.manifest, request);
      const decode_chunk_size = call.decode_chunk_size ?? plan?.decodeFrames;
      const input = { call: { ...call, decode_chunk_size, ...plannedTiling(plan) }, photo: requirePhoto(request.photo), seed: request.seed };

      // 8 hand out frames
      return streamOf(run, (await make(model, input, run)).chunks, request, plan);
    },

    async replay({ kwargs, seed, images, scheduler }, context) {
      const run = startRun(context);
      const input = { call: readArguments(svdArguments, kwargs), photo: onlyPhoto(images), seed, scheduler };
      const { latents, chunks, frames } = await make(await resident.load(), input, run);
      return { latents, frames: await collectFrames(run, chunks, frames) };
    },
  };
};

/** What a person asked for as a call of the reference pipeline; what they cannot say is the bundle's to say. */
const callOf = (manifest: BundleManifest, { widthPx, heightPx, frameCount, fps, steps, guidance, motion }: GenerateRequest): SvdCall => {
  const call = personalCall(svdArguments, manifest, {
    width: widthPx,
    height: heightPx,
    num_frames: frameCount,
    num_inference_steps: steps,
    max_guidance_scale: guidance,
    fps,
    motion_bucket_id: Math.min(255, Math.max(1, Math.round(127 * motion))),
  });
  return { ...call, min_guidance_scale: Math.min(call.min_guidance_scale, guidance) };
};

/**
 * Writes frames into some of the entries of the denoiser's input, from one channel on.
 * @param into [batch, frames, channels, h, w]
 * @param what [1, frames, c, h, w], or [1, c, h, w] for the same in every frame
 */
const write = (into: FloatTensor, what: FloatTensor, entries: readonly number[], channel: number): void => {
  const [, frames = 0, channels = 0, height = 0, width = 0] = into.dims;
  const perFrame = channels * height * width;
  const run = (what.dims.at(-3) ?? 0) * height * width;
  for (const entry of entries) {
    for (let frame = 0; frame < frames; frame++) {
      const from = (frame * run) % what.data.length;
      into.data.set(what.data.subarray(from, from + run), (entry * frames + frame) * perFrame + channel * height * width);
    }
  }
};
