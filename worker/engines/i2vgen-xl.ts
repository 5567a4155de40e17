/** I2VGen-XL: a photo and words become a clip; the photo is both seen by CLIP and laid under every frame. */
import { z } from 'zod';
import type { FrameStream, GenerateContext, GenerateRequest, Photo } from '../../core/engine.ts';
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
import { checkLatentSize, checkRequest, onlyPhoto, requirePhoto } from '../parts/request-check.ts';
import { clipImageOf, type Model, residentModel } from '../parts/resident-model.ts';
import { finite, type Run, startRun, traced } from '../parts/run.ts';
import { encodePrompt } from '../parts/text-encoder.ts';
import { imageTilingArguments, plannedTiling, tilingOf } from '../parts/tiling.ts';
import { asPictures, type DecodedChunk, decodeFrames, encodePixels } from '../parts/vae-2d.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import { affine, concat, repeat, scale, zeros } from '../tensor/ops.ts';
import { random } from '../tensor/random.ts';
import { type FloatTensor, tensor, vector } from '../tensor/tensor.ts';
import { i2vgenImages } from '../vision/preprocess.ts';

/** @source diffusers.I2VGenXLPipeline.__call__, with its defaults */
const i2vgenArguments = z.strictObject({
  ...formArguments,
  ...imageTilingArguments,
  ...etaArgument,
  prompt,
  negative_prompt: prompt.nullish(),
  width: sidePx.nullable().default(1280),
  height: sidePx.nullable().default(704),
  target_fps: z.number().min(0).max(1000).default(16),
  num_frames: frameCount.default(16),
  num_inference_steps: stepCount.default(50),
  guidance_scale: guidanceScale.default(9),
  decode_chunk_size: frameCount.nullable().default(1),
  clip_skip: z.int().min(0).nullable().default(1),
  num_videos_per_prompt: z.literal(1).nullish(),
});

interface I2vgenInput {
  readonly call: z.output<typeof i2vgenArguments>;
  readonly photo: Photo;
  readonly seed: number;
  readonly globalSeed: number;
  readonly scheduler?: SchedulerConfig | undefined;
}

export const createI2vgenXl: EngineFactory = (deps): PipelineEngine => {
  const resident = residentModel(deps, ['i2vgen-xl']);

  const make = async (model: Model, { call, photo, seed, globalSeed, scheduler }: I2vgenInput, run: Run) => {
    const { components, manifest } = model;
    const { scalingFactor } = manifest.vae;

    // 1 check inputs
    run.check();
    const usual = usualSize(manifest);
    const { num_frames: frames } = call;
    const [width, height] = [call.width ?? usual.width, call.height ?? usual.height];
    checkLatentSize(manifest, width, height);
    const guided = call.guidance_scale > 1;
    const tiling = tilingOf(manifest, call);
    const batch = guided ? 2 : 1;

    // 2 encode the words, both of them with clip_skip, and the photo
    const words = await encodePrompt(model, run, call.prompt, call.clip_skip, 0);
    const both = guided ? concat([await encodePrompt(model, run, call.negative_prompt ?? '', call.clip_skip, 1), words], 0) : words;
    await components.release('text_encoder');
    const images = i2vgenImages(photo, width, height, clipImageOf(model));
    const imageEmbeddings = orNothing(await encodePhoto(model, run, images.clip), guided);
    await components.release('image_encoder');

    // 3 image latents, drawn with the global generator; the later frames hold how far they are from the photo
    const moments = await encodePixels(model, run, images.vae, tiling.encode);
    await components.release('vae_encoder');
    const [, twice = 0, latentHeight = 0, latentWidth = 0] = moments.dims;
    const posteriorValues = random(globalSeed).normal(moments.data.length / 2, noiseType(manifest, 'vae_encoder'));
    const posteriorNoise = tensor(posteriorValues, [1, twice / 2, latentHeight, latentWidth]);
    await run.observe('randn/0/global', posteriorNoise);
    const imageLatents = withPositions(affine(samplePosterior(moments, posteriorNoise.data), scalingFactor, 0), frames);
    run.encoded();

    // 4 schedule; the reference hands it a row of pictures
    const schedule = await startSchedule(model.scheduler(scheduler), { steps: call.num_inference_steps }, run, asPictures);
    const steps = schedule.timesteps.length;

    // 5 noise from the seed
    const { dims } = imageLatents;
    const noise = tensor(random(seed).normal(imageLatents.data.length, noiseType(manifest, 'unet')), dims);
    await run.observe('randn/1/generator', noise);
    const start = run.resume(tensor(scale(noise.data, schedule.initNoiseSigma), dims), schedule);
    let { latents } = start;

    // 6 denoise
    const sample = zeros([batch, ...dims.slice(1)]);
    const inputs = {
      sample,
      encoder_hidden_states: both,
      fps: repeat(vector(call.target_fps), 0, batch),
      image_latents: repeat(imageLatents, 0, batch),
      image_embeddings: imageEmbeddings,
    };
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
    const chunks: AsyncIterable<DecodedChunk> = decodeFrames(model, run, asPictures(latents), call.decode_chunk_size ?? frames, tiling.decode);
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
      const call = personalCall(i2vgenArguments, model.manifest, {
        prompt: request.prompt,
        negative_prompt: request.negativePrompt || model.manifest.defaults.negativePrompt,
        width: request.widthPx,
        height: request.heightPx,
        target_fps: request.fps,
        num_frames: request.frameCount,
        num_inference_steps: request.steps,
        guidance_scale: request.guidance,
        ...plannedTiling(plan),
      });
      const input = { call, photo: requirePhoto(request.photo), seed: request.seed, globalSeed: request.seed };

      // 8 hand out frames
      return streamOf(run, (await make(model, input, run)).chunks, request, plan);
    },

    async replay({ kwargs, seed, globalSeed, images, scheduler }, context) {
      const run = startRun(context);
      const call = readArguments(i2vgenArguments, kwargs);
      const input = { call, photo: onlyPhoto(images), seed, globalSeed, scheduler };
      const { latents, chunks } = await make(await resident.load(), input, run);
      return { latents, frames: await collectFrames(run, chunks, call.num_frames) };
    },
  };
};

/**
 * The photo's latents as the first frame; every later frame is filled with its place, 0..1.
 * @param latents [1, c, h, w]
 * @returns [1, c, frames, h, w]
 * @source diffusers.I2VGenXLPipeline.prepare_image_latents
 */
const withPositions = ({ data, dims: [, channels = 0, height = 0, width = 0] }: FloatTensor, frames: number): FloatTensor => {
  const area = height * width;
  const all = zeros([1, channels, frames, height, width]);
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * frames * area;
    all.data.set(data.subarray(channel * area, (channel + 1) * area), start);
    for (let frame = 1; frame < frames; frame++) all.data.fill(frame / (frames - 1), start + frame * area, start + (frame + 1) * area);
  }
  return all;
};
