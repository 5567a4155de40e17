/** LTX-Video: a transformer over the tokens of a strongly compressed video makes a clip from a photo and words, or from words alone. */
import { z } from 'zod';
import type { FrameStream, GenerateContext, GenerateRequest, Photo } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import type { BundleManifest } from '../onnx/bundle-manifest.ts';
import { formArguments, frameCount, guidanceScale, personalCall, prompt, readArguments, sidePx, stepCount } from '../parts/call-arguments.ts';
import type { EngineFactory } from '../parts/factory.ts';
import { collectFrames, streamOf } from '../parts/frames-out.ts';
import { rescaleGuidance } from '../parts/guidance.ts';
import { fillBatch, guideBatch } from '../parts/guided-batch.ts';
import { decodeLtx } from '../parts/ltx-decoder.ts';
import { evenSigmas, noiseShift, ropeGrid } from '../parts/ltx-tokens.ts';
import { noiseType } from '../parts/noise-type.ts';
import { startSchedule } from '../parts/observed-schedule.ts';
import { samplePosterior } from '../parts/posterior.ts';
import type { PipelineEngine } from '../parts/reference-call.ts';
import { checkLatentSize, checkRequest, requirePhoto } from '../parts/request-check.ts';
import { type Model, residentModel } from '../parts/resident-model.ts';
import { finite, type Run, startRun, traced } from '../parts/run.ts';
import { encodeT5 } from '../parts/text-t5.ts';
import { inTiles, needsTiles } from '../parts/tiles.ts';
import { framewiseArguments, plannedTiling, type Tiling, tilingOf } from '../parts/tiling.ts';
import { framesFirst, fromTokens, perChannel, toTokens } from '../parts/video-latents.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import { concat, slice, zeros } from '../tensor/ops.ts';
import { type Random, random } from '../tensor/random.ts';
import { type FloatTensor, integers, sizeOf, type Tensor, tensor, vector } from '../tensor/tensor.ts';
import { vaeImage } from '../vision/preprocess.ts';

const share = z.number().min(0).max(1);
/** One number per clip, alone or as a list of one. */
const onePerClip = z.union([share, z.tuple([share]).transform(([only]) => only)]);

/** @source diffusers.LTXImageToVideoPipeline.__call__ and LTXPipeline.__call__, with their defaults */
const ltxArguments = z.strictObject({
  ...formArguments,
  ...framewiseArguments,
  prompt,
  negative_prompt: prompt.nullish(),
  width: sidePx.default(704),
  height: sidePx.default(512),
  num_frames: frameCount.default(161),
  frame_rate: z.number().min(0.1).max(1000).default(25),
  num_inference_steps: stepCount.default(50),
  guidance_scale: guidanceScale.default(3),
  guidance_rescale: share.default(0),
  decode_timestep: onePerClip.default(0),
  decode_noise_scale: onePerClip.nullish(),
  max_sequence_length: z.int().min(1).max(4096).default(128),
  num_videos_per_prompt: z.literal(1).nullish(),
  timesteps: z.null().optional(),
  latents: z.null().optional(),
  prompt_embeds: z.null().optional(),
  prompt_attention_mask: z.null().optional(),
  negative_prompt_embeds: z.null().optional(),
  negative_prompt_attention_mask: z.null().optional(),
  attention_kwargs: z.null().optional(),
});
type LtxCall = z.output<typeof ltxArguments>;

interface LtxInput {
  readonly call: LtxCall;
  readonly photo: Photo | undefined;
  readonly seed: number;
  /** Of torch's global generator, which decoders that inject noise read. */
  readonly globalSeed: number;
  readonly scheduler?: SchedulerConfig | undefined;
}

export const createLtxVideo: EngineFactory = (deps): PipelineEngine => {
  const resident = residentModel(deps, ['ltx']);

  const make = async (model: Model, { call, photo, seed, globalSeed, scheduler }: LtxInput, run: Run) => {
    const { components, manifest, schedulerConfig } = model;

    // 1 check inputs
    run.check();
    // a clip that was stopped may have left graphs open
    await components.release(...Object.keys(manifest.components));
    checkLatentSize(manifest, call.width, call.height);
    const config = scheduler ?? schedulerConfig;
    // one level cannot both be pure noise and end where the schedule shall end
    if (config.shift_terminal && call.num_inference_steps < 2)
      throw new AppError('OPTION_OUT_OF_RANGE', { field: 'steps', min: 2, max: 1000, got: call.num_inference_steps });
    const { spatialScale, temporalScale, latentChannels: channels } = manifest.vae;
    const frames = Math.floor((call.num_frames - 1) / temporalScale) + 1;
    const [height, width] = [call.height / spatialScale, call.width / spatialScale];
    const tokenCount = frames * height * width;
    const guided = call.guidance_scale > 1;
    const batch = guided ? 2 : 1;
    const draw = drawer(random(seed), run);
    const tiling = tilingOf(manifest, call);

    // 2 encode the words; without words comes first in a batch
    const said = await encodeT5(model, run, call.prompt, call.max_sequence_length, 0);
    const words = guided ? [await encodeT5(model, run, call.negative_prompt ?? '', call.max_sequence_length, 1), said] : [said];
    await components.release('text_encoder');

    // 3 latents of the photo: what the encoder makes of it, and noise as far as it is unsure
    const still =
      photo && normalise(await encodePhoto(model, run, vaeImage(photo, call.width, call.height, 'minus-one-to-one'), draw, tiling.encode), manifest);
    await components.release('vae_encoder');
    run.encoded();

    // 4 schedule: longer clips get more noise
    const levels = { steps: call.num_inference_steps, sigmas: evenSigmas(call.num_inference_steps), mu: noiseShift(tokenCount, config) };
    // the reference steps a video from its second frame on, or tokens where no frame is given
    const schedule = await startSchedule(model.scheduler(config), levels, run, (tokens) => (still ? fromTokens(tokens, frames - 1, height, width) : tokens));
    const steps = schedule.timesteps.length;

    // 5 noise from the seed; the photo takes the place of the first frame
    const noise = await draw([1, channels, frames, height, width]);
    const start = run.resume(toTokens(still ? concat([still, slice(noise, 2, 1, frames)], 2) : noise), schedule);
    let { latents } = start;

    // 6 denoise: the tokens of the photo are at timestep 0 and stay as they are
    const given = still ? height * width : 0;
    const rowOfToken = Array.from({ length: batch * tokenCount }, (_, i) => (given > 0 && i % tokenCount >= given ? 1 : 0));
    const inputs = {
      hidden_states: zeros([batch, tokenCount, channels]),
      encoder_hidden_states: joined(words.map(({ embeddings }) => embeddings)),
      encoder_attention_mask: integers(
        words.flatMap(({ mask }) => Array.from(mask.data, Number)),
        [batch, call.max_sequence_length],
      ),
      timestep_index: integers(rowOfToken, [batch, tokenCount]),
      rope_grid: ropeGrid(frames, height, width, [temporalScale / call.frame_rate, spatialScale, spatialScale]),
    };
    for (let i = start.first; i < steps; i++) {
      run.check();
      const timestep = schedule.timesteps[i] as number;
      fillBatch(inputs.hidden_states, latents);
      await observeInputs(run, i, inputs, timestep, given > 0);
      const rows = given > 0 ? vector(0, timestep) : vector(timestep);
      const prediction = finite((await components.run('transformer', { ...inputs, timestep_rows: rows })).float('noise_pred'));
      await run.observe(`transformer/${i}/out.0`, prediction);
      let noisy = guideBatch(prediction, call.guidance_scale);
      if (guided && call.guidance_rescale > 0) noisy = rescaleGuidance(noisy, slice(prediction, 0, 1, 2), call.guidance_rescale);
      const moved = await schedule.step(i, slice(noisy, 1, given, tokenCount), slice(latents, 1, given, tokenCount));
      latents = concat([slice(latents, 1, 0, given), moved], 1);
      run.keep(i + 1, latents, schedule);
      run.denoised(i + 1, steps);
    }
    await components.release('transformer');

    // 7 decode
    const clean = fromTokens(finite(latents), frames, height, width);
    const scaled = denormalise(clean, manifest);
    const conditioned = manifest.vae.timestepConditioning;
    const ready = conditioned
      ? blend(scaled, await draw(scaled.dims, noiseType(manifest, 'vae_decoder')), call.decode_noise_scale ?? call.decode_timestep)
      : scaled;
    const timestep = conditioned ? { timestep: vector(call.decode_timestep) } : {};
    const chunks = decodeLtx(model, run, { latents: ready, ...timestep }, random(globalSeed), tiling);
    return { latents: clean, chunks, frames: (frames - 1) * temporalScale + 1 };
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
      const input = {
        call: { ...callOf(model.manifest, request), ...plannedTiling(plan) },
        photo: request.photo === null ? undefined : requirePhoto(request.photo),
        seed: request.seed,
        globalSeed: request.seed,
      };

      // 8 hand out frames
      return streamOf(run, (await make(model, input, run)).chunks, request, plan);
    },

    async replay({ kwargs, seed, globalSeed, images, scheduler }, context) {
      if (images.length > 1) throw new AppError('REQUEST_MALFORMED', { problem: `a clip begins with one image, not ${images.length}` });
      const run = startRun(context);
      const input = { call: readArguments(ltxArguments, kwargs), photo: images[0] && requirePhoto(images[0]), seed, globalSeed, scheduler };
      const { latents, chunks, frames } = await make(await resident.load(), input, run);
      return { latents, frames: await collectFrames(run, framesFirst(chunks), frames) };
    },
  };
};

/** What a person asked for as a call of the reference pipeline; what they cannot say is the bundle's to say. */
const callOf = (manifest: BundleManifest, request: GenerateRequest): LtxCall =>
  personalCall(ltxArguments, manifest, {
    max_sequence_length: manifest.defaults.call.max_sequence_length ?? manifest.text?.maxTokens,
    prompt: request.prompt,
    negative_prompt: request.negativePrompt || manifest.defaults.negativePrompt,
    width: request.widthPx,
    height: request.heightPx,
    num_frames: request.frameCount,
    frame_rate: request.fps,
    num_inference_steps: request.steps,
    guidance_scale: request.guidance,
  });

type Draw = (dims: readonly number[], type?: ReturnType<typeof noiseType>) => Promise<FloatTensor>;

/** Noise in the order in which it is asked for. */
const drawer = (generator: Random, run: Run): Draw => {
  let count = 0;
  return async (dims, type = 'float32') => {
    const noise = tensor(generator.normal(sizeOf(dims), type), dims);
    await run.observe(`randn/${count++}/generator`, noise);
    return noise;
  };
};

const joined = (tensors: readonly FloatTensor[]): FloatTensor => concat(tensors, 0);

/** @param image [1, 3, h, w], -1..1 @returns [1, c, 1, h / scale, w / scale] */
const encodePhoto = async (
  { manifest, components }: Model,
  run: Run,
  { data, dims: [, , height = 0, width = 0] }: FloatTensor,
  draw: Draw,
  tiling: Tiling | undefined,
): Promise<FloatTensor> => {
  run.check();
  const { vae } = manifest;
  const photo = tensor(data, [1, 3, 1, height, width]);
  await run.observe('vae_encode/0/in/x', photo);
  const encode = async (sample: FloatTensor): Promise<FloatTensor> => (await components.run('vae_encoder', { sample })).float('moments');
  const dims = [1, 2 * vae.latentChannels, 1, height / vae.spatialScale, width / vae.spatialScale];
  const moments = tiling && needsTiles(tiling, photo) ? await inTiles(run, tiling, photo, dims, encode) : finite(await encode(photo));
  await run.observe('vae_encode/0/out/moments', moments);
  const noise = await draw(moments.dims.with(1, (moments.dims[1] as number) / 2), noiseType(manifest, 'vae_encoder'));
  return samplePosterior(moments, noise.data);
};

const f = Math.fround;

/** To mean 0 and spread 1 per channel, each operation rounded to float32. @source diffusers' LTX _normalize_latents */
const normalise = (latents: FloatTensor, { vae: { latentsMean, latentsStd } }: BundleManifest): FloatTensor =>
  perChannel(latents, (value, c) => f(value - f(latentsMean?.[c] ?? 0)) / f(latentsStd?.[c] ?? 1));

/** The way back, which alone knows the scaling factor. @source diffusers' LTX _denormalize_latents */
const denormalise = (latents: FloatTensor, { vae: { latentsMean, latentsStd, scalingFactor } }: BundleManifest): FloatTensor =>
  perChannel(latents, (value, c) => f(f(value * f(latentsStd?.[c] ?? 1)) / f(scalingFactor)) + f(latentsMean?.[c] ?? 0));

/** A decoder that denoises wants a little noise back. */
const blend = (latents: FloatTensor, noise: FloatTensor, noiseShare: number): FloatTensor => {
  const [kept, added] = [f(1 - f(noiseShare)), f(noiseShare)];
  return tensor(
    latents.data.map((value, i) => f(kept * value) + f(added * (noise.data[i] as number))),
    latents.dims,
  );
};

/** The transformer's inputs as the reference hands them over: a timestep per token, or one per clip where no frame is given. */
const observeInputs = async (
  run: Run,
  step: number,
  {
    hidden_states,
    encoder_hidden_states,
    encoder_attention_mask,
    timestep_index: { data, dims },
  }: Readonly<Record<'hidden_states' | 'encoder_hidden_states', FloatTensor> & Record<'encoder_attention_mask' | 'timestep_index', Tensor<BigInt64Array>>>,
  timestep: number,
  perToken: boolean,
): Promise<void> => {
  if (!run.observed) return;
  const shown = perToken
    ? { data: Float32Array.from(data, (row) => Number(row) * timestep), dims }
    : { data: new Float32Array(dims[0] as number).fill(timestep), dims: dims.slice(0, 1) };
  await run.observeInputs(`transformer/${step}`, { hidden_states, encoder_hidden_states, timestep: shown });
  await run.observe(`transformer/${step}/in/encoder_attention_mask`, encoder_attention_mask);
};
