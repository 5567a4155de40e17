/** LTX-Video: a diffusion transformer over tokens of a strongly compressed video, from a photo and words or from words alone. */
import type { GenerateContext, GenerateRequest, Photo } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import type { BundleManifest } from '../onnx/bundle-manifest.ts';
import { readArguments } from '../parts/call-arguments.ts';
import type { EngineDeps } from '../parts/factory.ts';
import { collectFrames, streamOf } from '../parts/frames-out.ts';
import { guide, rescaleGuidance } from '../parts/guidance.ts';
import { samplePosterior } from '../parts/posterior.ts';
import type { PipelineEngine, ReferenceCall } from '../parts/reference-call.ts';
import { type Model, residentModel } from '../parts/resident-model.ts';
import { finite, type Run, startRun, traced } from '../parts/run.ts';
import { encodeT5 } from '../parts/text-t5.ts';
import { framesFirst, fromTokens, perChannel, toTokens, type VideoChunk } from '../parts/video-latents.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import { concat, slice } from '../tensor/ops.ts';
import { random } from '../tensor/random.ts';
import { type FloatTensor, sizeOf, tensor, vector } from '../tensor/tensor.ts';
import { vaeImage } from '../vision/preprocess.ts';

const f = Math.fround;

/** Frames, rows and columns that the positions of the model are measured in. @source LTXVideoRotaryPosEmbed */
const ROPE_BASE = [20, 2048, 2048] as const;

/** A call, checked; sizes in latent pixels are whole. */
interface Settings {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameCount: number;
  readonly frameRate: number;
  readonly steps: number;
  readonly guidance: number;
  readonly guidanceRescale: number;
  readonly decodeTimestep: number;
  readonly decodeNoiseScale: number;
  readonly maxTokens: number;
  readonly photo: Photo | undefined;
}

/** What the loop leaves to the decoder. */
interface Denoised {
  /** [1, c, f, h, w], mean 0 and spread 1 per channel */
  readonly latents: FloatTensor;
  readonly decode: () => AsyncGenerator<VideoChunk>;
  /** As many as the decoder makes of the latents. */
  readonly frameCount: number;
}

export const createLtxVideoEngine = (deps: EngineDeps): PipelineEngine => {
  const { manifest } = deps;
  const resident = residentModel(deps, ['ltx']);

  const denoise = async (call: ReferenceCall, run: Run): Promise<Denoised> => {
    const model = await resident.load();
    const { components, manifest: bundle } = model;

    // 1 check inputs
    run.check();
    const settings = readSettings(call, bundle, manifest.title);
    const { photo, widthPx, heightPx, steps } = settings;
    const { spatialScale, temporalScale, latentChannels: channels } = bundle.vae;
    const [frames, height, width] = [Math.floor((settings.frameCount - 1) / temporalScale) + 1, heightPx / spatialScale, widthPx / spatialScale];
    const area = height * width;
    const tokenCount = frames * area;
    const guided = settings.guidance > 1;
    const batch = guided ? 2 : 1;

    // 2 encode the words
    const said = await encodeT5(model, run, settings.prompt, settings.maxTokens, 0);
    const unsaid = guided ? await encodeT5(model, run, settings.negativePrompt, settings.maxTokens, 1) : undefined;
    await components.release('text_encoder');
    const words = unsaid === undefined ? [said] : [unsaid, said];
    const embeddings = concat(
      words.map((one) => one.embeddings),
      0,
    );
    const mask = tensor(BigInt64Array.from(words.flatMap((one) => [...one.mask.data])), [batch, said.mask.data.length]);

    // 3 latents of the photo, drawn from what the encoder makes of it
    const noise = random(call.seed);
    let drawn = 0;
    const draw = async (dims: readonly number[]): Promise<FloatTensor> => {
      const values = tensor(noise.normal(sizeOf(dims)), dims);
      await run.observe(`randn/${drawn++}/generator`, values);
      return values;
    };
    const still = photo && normalise(await encodePhoto(model, run, photo, widthPx, heightPx, draw), bundle);
    await components.release('vae_encoder');
    run.encoded();

    // 4 schedule
    const config = call.scheduler ?? model.schedulerConfig;
    const schedule = model.scheduler(config).start({ steps, mu: shiftOf(tokenCount, config), sigmas: evenSigmas(steps) });
    const { timesteps, sigmas } = schedule;
    await run.observe('sched/timesteps', { data: Float32Array.from(timesteps), dims: [steps] });
    if (sigmas !== undefined) await run.observe('sched/sigmas', { data: Float32Array.from(sigmas), dims: [sigmas.length] });

    // 5 noise from the seed; the photo takes the place of the first frame
    const start = await draw([1, channels, frames, height, width]);
    let latents = toTokens(still === undefined ? start : concat([still, slice(start, 2, 1, frames)], 2)).data;
    // tokens of frames that are given: their timestep is 0 and no step moves them
    const given = still === undefined ? 0 : area;
    const moving = given * channels;

    // 6 denoise
    const input = tensor(new Float32Array(batch * latents.length), [batch, tokenCount, channels]);
    const fixed = {
      encoder_hidden_states: embeddings,
      encoder_attention_mask: mask,
      rope_grid: ropeGrid(frames, height, width, [temporalScale / settings.frameRate, spatialScale, spatialScale]),
      timestep_index: tensor(
        BigInt64Array.from({ length: batch * tokenCount }, (_, i) => (given > 0 && i % tokenCount >= given ? 1n : 0n)),
        [batch, tokenCount],
      ),
    };
    for (let step = 0; step < steps; step++) {
      run.check();
      const timestep = timesteps[step] as number;
      for (let copy = 0; copy < batch; copy++) input.data.set(latents, copy * latents.length);
      const timestepRows = given > 0 ? vector(0, timestep) : vector(timestep);
      const outputs = await components.run('transformer', { ...fixed, hidden_states: input, timestep_rows: timestepRows });
      const predicted = finite(outputs.float('noise_pred'));
      if (run.observed) await observeNetwork(run, step, { ...fixed, input, timestepRows, predicted });
      let noisy = predicted;
      if (guided) {
        const [without, withWords] = [slice(predicted, 0, 0, 1), slice(predicted, 0, 1, 2)];
        noisy = rescaleGuidance(guide(without, withWords, settings.guidance), withWords, settings.guidanceRescale);
      }
      const [direction, sample] = [noisy.data.subarray(moving), latents.subarray(moving)];
      const moved = schedule.step(step, direction, sample);
      if (run.observed) await observeStep(run, step, { model_output: direction, sample, moved, timestep }, [frames - given / area, height, width, channels]);
      const next = latents.slice(0, moving + moved.length);
      next.set(moved, moving);
      latents = next;
      run.denoised(step + 1, steps);
    }
    await components.release('transformer');

    // 7 decode
    const clean = fromTokens(tensor(latents, [1, tokenCount, channels]), frames, height, width);
    const { timestepConditioning } = bundle.vae;
    const raw = denormalise(finite(clean), bundle);
    const z = timestepConditioning ? blend(raw, await draw(raw.dims), settings.decodeNoiseScale) : raw;
    async function* decode(): AsyncGenerator<VideoChunk> {
      run.check();
      await run.observe('vae_decode/0/in/z', z);
      const timestep = vector(settings.decodeTimestep);
      if (timestepConditioning) await run.observe('vae_decode/0/in/arg0', timestep);
      const decoded = await components.run('vae_decoder', timestepConditioning ? { latents: z, timestep } : { latents: z });
      await components.release('vae_decoder');
      const sample = finite(decoded.float('sample'));
      await run.observe('vae_decode/0/out/sample', sample);
      yield { sample, frames: decoded.bytes('frames') };
    }
    return { latents: clean, decode, frameCount: (frames - 1) * temporalScale + 1 };
  };

  return {
    manifest,
    load: async () => void (await resident.load()),
    dispose: resident.dispose,

    async generate(request: GenerateRequest, { signal, onProgress, trace }: GenerateContext) {
      const { manifest: bundle } = await resident.load();
      const run = startRun({ signal, onProgress, observe: traced(trace) });
      const { decode } = await denoise(toCall(request, bundle), run);

      // 8 hand out frames
      return streamOf(run, decode(), request);
    },

    async replay(call, context) {
      const run = startRun(context);
      const { latents, decode, frameCount } = await denoise(call, run);

      // 8 hand out frames
      return { latents, frames: await collectFrames(run, framesFirst(decode()), frameCount) };
    },
  };
};

/** A person's request in the words of the reference pipeline. */
const toCall = (request: GenerateRequest, { defaults, text }: BundleManifest): ReferenceCall => ({
  kwargs: {
    max_sequence_length: text?.maxTokens,
    ...defaults.call,
    prompt: request.prompt,
    negative_prompt: request.negativePrompt || defaults.negativePrompt,
    width: request.widthPx,
    height: request.heightPx,
    num_frames: request.frameCount,
    frame_rate: request.fps,
    num_inference_steps: request.steps,
    guidance_scale: request.guidance,
  },
  seed: request.seed,
  globalSeed: request.seed,
  images: request.photo === null ? [] : [request.photo],
});

/** @throws InputError OPTION_UNSUPPORTED, OPTION_OUT_OF_RANGE, OPTION_INVALID, SIZE_IMPOSSIBLE, PROMPT_MISSING, REQUEST_MALFORMED */
const readSettings = ({ kwargs, images }: ReferenceCall, { vae: { spatialScale } }: BundleManifest, title: string): Settings => {
  const given = readArguments(kwargs, title);
  const side = { min: spatialScale, max: 8192 };
  const decodeTimestep = given.real('decode_timestep', 0, { min: 0, max: 1 });
  const settings: Settings = {
    prompt: given.text('prompt', ''),
    negativePrompt: given.text('negative_prompt', ''),
    widthPx: given.whole('width', 704, side),
    heightPx: given.whole('height', 512, side),
    frameCount: given.whole('num_frames', 161, { min: 1, max: 4096 }),
    frameRate: given.real('frame_rate', 25, { min: 0.1, max: 1000 }),
    steps: given.whole('num_inference_steps', 50, { min: 1, max: 1000 }),
    guidance: given.real('guidance_scale', 3, { min: -100, max: 100 }),
    guidanceRescale: given.real('guidance_rescale', 0, { min: 0, max: 1 }),
    decodeTimestep,
    decodeNoiseScale: given.real('decode_noise_scale', decodeTimestep, { min: 0, max: 1 }),
    maxTokens: given.whole('max_sequence_length', 128, { min: 1, max: 4096 }),
    photo: images[0],
  };
  given.end();
  if (images.length > 1) throw new AppError('REQUEST_MALFORMED', { problem: `${title} begins with one image; there are ${images.length}` });
  if (settings.prompt === '' && typeof kwargs.prompt !== 'string') throw new AppError('PROMPT_MISSING');
  const { widthPx, heightPx } = settings;
  if (widthPx % spatialScale !== 0 || heightPx % spatialScale !== 0) {
    const near = (px: number): number => Math.max(1, Math.round(px / spatialScale)) * spatialScale;
    throw new AppError('SIZE_IMPOSSIBLE', { engine: title, got: `${widthPx}×${heightPx}`, nearest: `${near(widthPx)}×${near(heightPx)}` });
  }
  return settings;
};

/** [1, c, 1, h, w] as the VAE has them: mean plus noise as wide as the encoder is unsure. */
const encodePhoto = async (
  { components }: Model,
  run: Run,
  photo: Photo,
  widthPx: number,
  heightPx: number,
  draw: (dims: readonly number[]) => Promise<FloatTensor>,
): Promise<FloatTensor> => {
  run.check();
  const sample = tensor(vaeImage(photo, widthPx, heightPx, 'minus-one-to-one').data, [1, 3, 1, heightPx, widthPx]);
  await run.observe('vae_encode/0/in/x', sample);
  const moments = finite((await components.run('vae_encoder', { sample })).float('moments'));
  await run.observe('vae_encode/0/out/moments', moments);
  const noise = await draw(moments.dims.with(1, (moments.dims[1] as number) / 2));
  return samplePosterior(moments, noise.data);
};

/** What the VAE says to mean 0 and spread 1; every operation rounded to float32. @source LTXPipeline._normalize_latents */
const normalise = (latents: FloatTensor, { vae: { latentsMean = [], latentsStd = [] } }: BundleManifest): FloatTensor =>
  perChannel(latents, (value, c) => f(value - f(latentsMean[c] ?? 0)) / f(latentsStd[c] ?? 1));

/** @source LTXPipeline._denormalize_latents, which alone knows the scaling factor */
const denormalise = (latents: FloatTensor, { vae: { latentsMean = [], latentsStd = [], scalingFactor } }: BundleManifest): FloatTensor =>
  perChannel(latents, (value, c) => f(f(value * f(latentsStd[c] ?? 1)) / f(scalingFactor)) + f(latentsMean[c] ?? 0));

/** (1 - share) * latents + share * noise: a decoder that denoises wants a little noise. */
const blend = ({ data, dims }: FloatTensor, noise: FloatTensor, share: number): FloatTensor => {
  const [kept, added] = [f(1 - f(share)), f(share)];
  return { data: data.map((value, i) => f(kept * value) + f(added * (noise.data[i] as number))), dims };
};

/** Longer clips need more noise: mu grows with the number of tokens. @source calculate_shift */
const shiftOf = (tokenCount: number, config: SchedulerConfig): number => {
  const read = (key: string, fallback: number): number => (typeof config[key] === 'number' ? config[key] : fallback);
  const [few, many] = [read('base_image_seq_len', 256), read('max_image_seq_len', 4096)];
  const base = read('base_shift', 0.5);
  const slope = (read('max_shift', 1.15) - base) / (many - few);
  return tokenCount * slope + (base - slope * few);
};

/** numpy's linspace(1, 1 / steps, steps). */
const evenSigmas = (steps: number): number[] => {
  const stride = (1 / steps - 1) / (steps - 1);
  return Array.from({ length: steps }, (_, i) => (i === 0 ? 1 : i === steps - 1 ? 1 / steps : i * stride + 1));
};

/**
 * Where every token lies, [1, f * h * w, 3]: frame, row, column as shares of what the model was trained on.
 * Angles reach 10^4 rad: a last bit here is 10^-3 rad, so every operation is rounded in torch's order.
 */
const ropeGrid = (frames: number, height: number, width: number, scales: readonly [number, number, number]): FloatTensor => {
  const grid = new Float32Array(frames * height * width * 3);
  for (let frame = 0, i = 0; frame < frames; frame++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (const [axis, place] of [frame, row, column].entries()) {
          grid[i++] = f(place * f(scales[axis] as number)) / (ROPE_BASE[axis] as number);
        }
      }
    }
  }
  return tensor(grid, [1, frames * height * width, 3]);
};

/** The network's call as the reference makes it: a timestep for every token. */
const observeNetwork = async (
  run: Run,
  step: number,
  seen: Readonly<Record<'input' | 'encoder_hidden_states' | 'timestepRows' | 'predicted', FloatTensor>> & {
    readonly encoder_attention_mask: { readonly data: BigInt64Array; readonly dims: readonly number[] };
    readonly timestep_index: { readonly data: BigInt64Array; readonly dims: readonly number[] };
  },
): Promise<void> => {
  const { data, dims } = seen.timestep_index;
  const timestep = { data: Float32Array.from(data, (row) => seen.timestepRows.data[Number(row)] as number), dims };
  const network = `transformer/${step}`;
  await run.observe(`${network}/in/hidden_states`, seen.input);
  await run.observe(`${network}/in/encoder_hidden_states`, seen.encoder_hidden_states);
  await run.observe(`${network}/in/timestep`, timestep);
  await run.observe(`${network}/in/encoder_attention_mask`, seen.encoder_attention_mask);
  await run.observe(`${network}/out.0`, seen.predicted);
};

/** The scheduler's step as the reference sees it: channels before places, or tokens where no frame is given. */
const observeStep = async (
  run: Run,
  step: number,
  { timestep, ...rows }: Readonly<Record<'model_output' | 'sample' | 'moved', Float32Array>> & { readonly timestep: number },
  [frames, height, width, channels]: readonly [number, number, number, number],
): Promise<void> => {
  const video = (data: Float32Array): FloatTensor => fromTokens(tensor(data, [1, frames * height * width, channels]), frames, height, width);
  await run.observe(`sched/${step}/in/model_output`, video(rows.model_output));
  await run.observe(`sched/${step}/in/t`, { data: Float32Array.of(timestep), dims: [] });
  await run.observe(`sched/${step}/in/sample`, video(rows.sample));
  await run.observe(`sched/${step}/out/prev_sample`, video(rows.moved));
};
