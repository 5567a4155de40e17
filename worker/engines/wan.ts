/** Wan 2.2: a transformer over a causally compressed video; the 5B model begins with a photo or with words alone, the A14B pair with a photo. */
import { z } from 'zod';
import type { FrameStream, GenerateContext, GenerateRequest, Photo } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import type { BundleManifest } from '../onnx/bundle-manifest.ts';
import { formArguments, frameCount, guidanceScale, personalCall, prompt, readArguments, sidePx, stepCount } from '../parts/call-arguments.ts';
import { decodeCausal, encodeCausal } from '../parts/causal-vae.ts';
import type { EngineFactory } from '../parts/factory.ts';
import { collectFrames, streamOf } from '../parts/frames-out.ts';
import { guide } from '../parts/guidance.ts';
import { startSchedule } from '../parts/observed-schedule.ts';
import { posteriorMode } from '../parts/posterior.ts';
import type { PipelineEngine } from '../parts/reference-call.ts';
import { checkRequest, checkSize, requirePhoto } from '../parts/request-check.ts';
import { type Model, residentModel } from '../parts/resident-model.ts';
import { finite, type Run, startRun, traced } from '../parts/run.ts';
import { encodeT5 } from '../parts/text-t5.ts';
import { inTiles, needsTiles } from '../parts/tiles.ts';
import { plannedTiling, type Tiling, tilingOf, videoTilingArguments } from '../parts/tiling.ts';
import { framesFirst, perChannel, type VideoChunk } from '../parts/video-latents.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import { concat, zeros } from '../tensor/ops.ts';
import { random } from '../tensor/random.ts';
import { type FloatTensor, integers, sizeOf, type Tensor, tensor, vector } from '../tensor/tensor.ts';
import { vaeImage } from '../vision/preprocess.ts';

/** @source diffusers.WanImageToVideoPipeline.__call__ and WanPipeline.__call__, with their defaults */
const wanArguments = z.strictObject({
  ...formArguments,
  ...videoTilingArguments,
  prompt,
  negative_prompt: prompt.nullish(),
  width: sidePx.default(832),
  height: sidePx.default(480),
  num_frames: frameCount.default(81),
  num_inference_steps: stepCount.default(50),
  guidance_scale: guidanceScale.default(5),
  guidance_scale_2: guidanceScale.nullish(),
  max_sequence_length: z.int().min(1).max(4096).default(512),
  num_videos_per_prompt: z.literal(1).nullish(),
  latents: z.null().optional(),
  prompt_embeds: z.null().optional(),
  negative_prompt_embeds: z.null().optional(),
  image_embeds: z.null().optional(),
  attention_kwargs: z.null().optional(),
  last_image: z.null('clips that also end with a given image are not supported; leave it out').optional(),
});
type WanCall = z.output<typeof wanArguments>;

interface WanInput {
  readonly call: WanCall;
  readonly photo: Photo | undefined;
  readonly seed: number;
  readonly scheduler?: SchedulerConfig | undefined;
}

/** The latent grid: frames, rows, columns. */
type Grid = readonly [frames: number, height: number, width: number];

export const createWan: EngineFactory = (deps): PipelineEngine => {
  const resident = residentModel(deps, ['wan22-ti2v', 'wan22-i2v']);

  const make = async (model: Model, { call, photo, seed, scheduler }: WanInput, run: Run) => {
    const { components, manifest } = model;

    // 1 check inputs
    run.check();
    // a clip that was stopped may have left graphs open
    await components.release(...Object.keys(manifest.components));
    const grid = gridOf(call, manifest);
    const { latentChannels: channels } = manifest.vae;
    const perToken = manifest.family === 'wan22-ti2v';
    if (!perToken) requirePhoto(photo);
    const boundary = boundaryOf(manifest, scheduler ?? model.schedulerConfig);
    if (boundary === undefined && typeof call.guidance_scale_2 === 'number') {
      throw new AppError('REQUEST_MALFORMED', { problem: 'guidance_scale_2 is for models with two denoisers; leave it out' });
    }
    const guided = call.guidance_scale > 1;
    const tiling = tilingOf(manifest, call);

    // 2 encode the words
    const said = (await encodeT5(model, run, call.prompt, call.max_sequence_length, 0)).embeddings;
    const unsaid = guided ? (await encodeT5(model, run, call.negative_prompt ?? '', call.max_sequence_length, 1)).embeddings : undefined;
    await components.release('text_encoder');

    // 3 schedule
    const schedule = await startSchedule(model.scheduler(scheduler), { steps: call.num_inference_steps }, run);
    const steps = schedule.timesteps.length;

    // 4 noise from the seed
    const dims = [1, channels, ...grid];
    const noise = tensor(random(seed).normal(sizeOf(dims)), dims);
    await run.observe('randn/0/generator', noise);
    const start = run.resume(noise, schedule);
    let { latents } = start;

    // 5 latents of the photo: the encoder's mean, without noise
    const pixels = photo && vaeImage(photo, grid[2] * manifest.vae.spatialScale, grid[1] * manifest.vae.spatialScale, 'minus-one-to-one');
    const encode = perToken ? encodePhoto : encodePhotoAndGrey;
    const condition = pixels && normalise(posteriorMode(await encode(model, run, pixels, grid[0], tiling.encode)), manifest);
    run.encoded();

    // 6 denoise: with the words and without them in two passes
    const input = zeros([1, manifest.denoiser.inChannels, ...grid]);
    if (condition && !perToken) writeCondition(input, condition, channels, manifest.vae.temporalScale);
    const tokens = timestepIndex(grid, manifest, condition !== undefined);
    const passes = { transformer: 0, transformer_2: 0 };
    const predict = async (network: keyof typeof passes, words: FloatTensor, timestep: number): Promise<FloatTensor> => {
      run.check();
      const pass = `${network}/${passes[network]++}`;
      const timesteps = perToken
        ? { timestep_rows: condition ? vector(0, timestep) : vector(timestep), timestep_index: tokens }
        : { timestep: vector(timestep) };
      if (run.observed) {
        const shown = perToken ? timestepOfTokens(tokens, timestep, condition !== undefined) : vector(timestep);
        await run.observeInputs(pass, { hidden_states: input, encoder_hidden_states: words, timestep: shown });
      }
      const outputs = await components.run(network, { ...timesteps, hidden_states: input, encoder_hidden_states: words });
      const prediction = finite(outputs.float('noise_pred'));
      await run.observe(`${pass}/out.0`, prediction);
      return prediction;
    };
    for (let i = start.first; i < steps; i++) {
      const timestep = schedule.timesteps[i] as number;
      const late = boundary !== undefined && timestep < boundary;
      const network = late ? 'transformer_2' : 'transformer';
      if (late && passes.transformer_2 === 0) await components.release('transformer');
      input.data.set(latents.data);
      if (condition && perToken) holdFirstFrame(input, condition);
      const conditional = await predict(network, said, timestep);
      const scale = late ? (call.guidance_scale_2 ?? call.guidance_scale) : call.guidance_scale;
      const noisy = unsaid ? guide(await predict(network, unsaid, timestep), conditional, Math.fround(scale)) : conditional;
      latents = await schedule.step(i, noisy, latents);
      run.keep(i + 1, latents, schedule);
      run.denoised(i + 1, steps);
    }
    await components.release('transformer', 'transformer_2');
    // the scheduler never knew of the photo: it takes its place once more
    if (condition && perToken) {
      latents = tensor(latents.data.slice(), dims);
      holdFirstFrame(latents, condition);
    }

    // 7 decode, a latent frame at a time
    const chunks = observed(model, run, denormalise(finite(latents), manifest), tiling.decode);
    return { latents, chunks, frames: (grid[0] - 1) * manifest.vae.temporalScale + 1 };
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
      const call = { ...callOf(model.manifest, request), ...plannedTiling(plan) };
      const input = { call, photo: request.photo === null ? undefined : requirePhoto(request.photo), seed: request.seed };

      // 8 hand out frames
      return streamOf(run, (await make(model, input, run)).chunks, request, plan);
    },

    async replay({ kwargs, seed, images, scheduler }, context) {
      if (images.length > 1) throw new AppError('REQUEST_MALFORMED', { problem: `a clip begins with one image, not ${images.length}` });
      const run = startRun(context);
      const input = { call: readArguments(wanArguments, kwargs), photo: images[0] && requirePhoto(images[0]), seed, scheduler };
      const { latents, chunks, frames } = await make(await resident.load(), input, run);
      return { latents, frames: await collectFrames(run, framesFirst(chunks), frames) };
    },
  };
};

/** What a person asked for as a call of the reference pipeline; what they cannot say is the bundle's to say. */
const callOf = (manifest: BundleManifest, request: GenerateRequest): WanCall =>
  personalCall(wanArguments, manifest, {
    max_sequence_length: manifest.defaults.call.max_sequence_length ?? manifest.text?.maxTokens,
    prompt: request.prompt,
    negative_prompt: request.negativePrompt || manifest.defaults.negativePrompt,
    width: request.widthPx,
    height: request.heightPx,
    num_frames: request.frameCount,
    num_inference_steps: request.steps,
    guidance_scale: request.guidance,
    // a number that a person chose holds for both denoisers
    ...(request.guidance === manifest.defaults.guidance ? {} : { guidance_scale_2: undefined }),
  });

/**
 * The latent grid of a call, rounded as the reference rounds it: sides down to whole patches, frames to 4k + 1.
 * @throws InputError SIZE_IMPOSSIBLE for sides that are no multiples of 16, or without one patch
 */
const gridOf = ({ width, height, num_frames: count }: WanCall, { vae: { spatialScale, temporalScale }, denoiser: { patch } }: BundleManifest): Grid => {
  const smallest = Math.max(16, spatialScale * patch[1], spatialScale * patch[2]);
  checkSize(width, height, { sidePx: { min: smallest, max: Number.MAX_SAFE_INTEGER, step: 16 }, maxPixels: Number.MAX_SAFE_INTEGER });
  const rounded = count % temporalScale === 1 ? count : Math.floor(count / temporalScale) * temporalScale + 1;
  const side = (px: number, along: number): number => Math.floor(px / (spatialScale * along)) * along;
  return [Math.floor((rounded - 1) / temporalScale) + 1, side(height, patch[1]), side(width, patch[2])];
};

/** The timestep below which the second of two denoisers works. */
const boundaryOf = ({ denoiser: { boundaryRatio } }: BundleManifest, { num_train_timesteps: count }: SchedulerConfig): number | undefined =>
  boundaryRatio === undefined ? undefined : boundaryRatio * (typeof count === 'number' ? count : 1000);

/** [1, 2c, frames, h / scale, w / scale] of pixels [1, 3, ..., h, w]. */
const momentsDims = ({ vae: { latentChannels, spatialScale } }: BundleManifest, { dims }: FloatTensor, frames: number): number[] => {
  const [height, width] = dims.slice(-2) as [number, number];
  return [1, 2 * latentChannels, frames, height / spatialScale, width / spatialScale];
};

/** Moments of the photo alone. @param pixels [1, 3, h, w] */
const encodePhoto = async ({ manifest, components }: Model, run: Run, pixels: FloatTensor, _frames: number, tiling?: Tiling): Promise<FloatTensor> => {
  run.check();
  const photo = tensor(pixels.data, [1, 3, 1, ...pixels.dims.slice(2)]);
  await run.observe('vae_encode/0/in/x', photo);
  const encode = async (sample: FloatTensor): Promise<FloatTensor> => (await components.run('vae_encoder', { sample })).float('moments');
  const inPieces = tiling && needsTiles(tiling, photo);
  const moments = inPieces ? await inTiles(run, tiling, photo, momentsDims(manifest, photo, 1), encode) : finite(await encode(photo));
  await components.release('vae_encoder');
  await run.observe('vae_encode/0/out/moments', moments);
  return moments;
};

/** Moments of a clip that begins with the photo and is grey from then on. @param frames latent ones */
const encodePhotoAndGrey = async (model: Model, run: Run, pixels: FloatTensor, frames: number, tiling?: Tiling): Promise<FloatTensor> => {
  const { manifest } = model;
  const photo = tensor(pixels.data, [1, 3, 1, ...pixels.dims.slice(2)]);
  const withGrey = (first: FloatTensor): FloatTensor[] => {
    const grey = zeros(first.dims.with(2, manifest.vae.temporalScale));
    return [first, ...new Array<FloatTensor>(frames - 1).fill(grey)];
  };
  if (run.observed) await run.observe('vae_encode/0/in/x', concat(withGrey(photo), 2));
  const encode = (first: FloatTensor): Promise<FloatTensor> => encodeCausal(model, run, withGrey(first));
  const inPieces = tiling && needsTiles(tiling, photo);
  const moments = inPieces ? await inTiles(run, tiling, photo, momentsDims(manifest, photo, frames), encode) : await encode(photo);
  await run.observe('vae_encode/0/out/moments', moments);
  return moments;
};

const f = Math.fround;

/** diffusers keeps 1 / std and multiplies by it; each operation is rounded to float32. */
const inverse = (spread: number | undefined): number => f(1 / f(spread ?? 1));

const normalise = (latents: FloatTensor, { vae: { latentsMean, latentsStd } }: BundleManifest): FloatTensor =>
  perChannel(latents, (value, c) => f(value - f(latentsMean?.[c] ?? 0)) * inverse(latentsStd?.[c]));

const denormalise = (latents: FloatTensor, { vae: { latentsMean, latentsStd } }: BundleManifest): FloatTensor =>
  perChannel(latents, (value, c) => f(value / inverse(latentsStd?.[c])) + f(latentsMean?.[c] ?? 0));

/** Behind the latents' own channels: which frames are given (all of the first latent one), then their latents. */
const writeCondition = (input: FloatTensor, condition: FloatTensor, channels: number, maskChannels: number): void => {
  const [, , frames = 0, height = 0, width = 0] = input.dims;
  const area = height * width;
  for (let c = channels; c < channels + maskChannels; c++) input.data.fill(1, c * frames * area, c * frames * area + area);
  input.data.set(condition.data, (channels + maskChannels) * frames * area);
};

/** Puts the photo's latents [1, c, 1, h, w] into the first frame of [1, c, f, h, w]. */
const holdFirstFrame = (video: FloatTensor, { data, dims: [, channels = 0] }: FloatTensor): void => {
  const area = data.length / channels;
  const stride = video.data.length / channels;
  for (let c = 0; c < channels; c++) video.data.set(data.subarray(c * area, (c + 1) * area), c * stride);
};

/** Which timestep each token is at: row 0 for those of a given first frame, row 1 for the others; all row 0 when none is given. */
const timestepIndex = ([frames, height, width]: Grid, { denoiser: { patch } }: BundleManifest, given: boolean): Tensor<BigInt64Array> => {
  const perFrame = (height / patch[1]) * (width / patch[2]);
  const count = (frames / patch[0]) * perFrame;
  return integers(
    Array.from({ length: count }, (_, token) => (given && token >= perFrame ? 1 : 0)),
    [1, count],
  );
};

/** A timestep for every token, as the reference hands them over. */
const timestepOfTokens = ({ data, dims }: Tensor<BigInt64Array>, timestep: number, given: boolean): FloatTensor =>
  tensor(
    Float32Array.from(data, (row) => (given && row === 0n ? 0 : timestep)),
    dims,
  );

/** A decoding clip whose latents and whole sample are shown as the one call that they are in the reference. */
async function* observed(model: Model, run: Run, latents: FloatTensor, tiling: Tiling | undefined): AsyncGenerator<VideoChunk> {
  await run.observe('vae_decode/0/in/z', latents);
  const samples: FloatTensor[] = [];
  for await (const chunk of decodeCausal(model, run, latents, tiling)) {
    if (run.observed) samples.push(chunk.sample);
    yield chunk;
  }
  if (run.observed) await run.observe('vae_decode/0/out/sample', concat(samples, 2));
}
