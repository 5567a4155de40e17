/** manifest.json of an exported bundle: which graphs a model family has, what they take, and how its numbers are to be read. */
import { z } from 'zod';

/** The model families that have an engine. */
export const families = [
  'svd',
  'animatediff',
  'animatediff-sparsectrl',
  'animatediff-ipadapter',
  'i2vgen-xl',
  'modelscope-t2v',
  'ltx',
  'wan22-ti2v',
  'wan22-i2v',
] as const;
export type Family = (typeof families)[number];

const count = z
  .int()
  .nonnegative()
  .max(2 ** 31);
const name = z.string().regex(/^[a-z0-9_.]{1,64}$/i);
/** A file directly in the bundle's folder, or one folder below it: no way out, nothing absolute. */
const file = z.string().regex(/^(?:[a-z0-9_][a-z0-9_.-]{0,63}\/)?[a-z0-9_][a-z0-9_.-]{0,127}$/i, 'must be a plain relative path');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const sealed = { sha256, bytes: z.int().positive() };

/** An input or output: numbers are fixed sides, names are free but equal wherever they recur. */
const port = z.strictObject({
  name,
  dtype: z.enum(['float32', 'int64', 'uint8']),
  dims: z.array(z.union([count, z.string().max(32)])).max(6),
});

const component = z.strictObject({
  file,
  ...sealed,
  /** Weights too large for one protobuf, beside the graph. */
  externalData: z
    .array(z.strictObject({ file, ...sealed }))
    .max(64)
    .default([]),
  /** Of the weights and the arithmetic inside; what crosses into JavaScript is always float32, int64 or uint8. */
  dtype: z.enum(['fp32', 'fp16', 'bf16']),
  attention: z.enum(['plain', 'mha']),
  inputs: z.array(port).min(1).max(80),
  outputs: z.array(port).min(1).max(80),
});

const finite = z.number();
const positive = z.number().positive();

const vae = z.strictObject({
  spatialScale: z.int().min(1).max(64),
  temporalScale: z.int().min(1).max(16),
  latentChannels: z.int().min(1).max(256),
  scalingFactor: finite,
  latentsMean: z.array(finite).max(256).optional(),
  latentsStd: z.array(positive).max(256).optional(),
  /** How a condition image's latents are taken from the encoder's moments. */
  posterior: z.enum(['mode', 'sample']),
  /** LTX from 0.9.5 on: the decoder itself denoises a little. */
  timestepConditioning: z.boolean().default(false),
  /** The side of the pictures an autoencoder of pictures was made for: the size of its pieces when it works in some. */
  sampleSizePx: z.int().min(1).max(16_384).optional(),
  /** Frames that decode together see each other: cutting differently changes the result (SVD). */
  chunkMixesFrames: z.boolean().default(false),
});

const text = z.strictObject({
  kind: z.enum(['clip', 't5', 'umt5']),
  maxTokens: z.int().min(1).max(4096),
  padId: count,
  /** How many layers from the end: 0 the last one, 1 the one before (through the final norm). */
  skip: z.int().min(0).max(1).default(0),
  /** Wan: what the encoder says beyond the prompt's end becomes zeros that are attended. */
  zeroPadding: z.boolean().default(false),
  /** Wan: mend mojibake and HTML entities first. */
  clean: z.enum(['none', 'ftfy']).default('none'),
});

/** Every legal value is looked at for every request, so there may not be any number of them. */
const MAX_GRID_VALUES = 1024;

const grid = z
  .strictObject({
    min: z.int().positive(),
    max: z.int().positive(),
    step: z.int().positive(),
    default: z.int().positive(),
  })
  .refine(({ min, max, step }) => max >= min && (max - min) / step < MAX_GRID_VALUES, 'must reach from min to max in fewer than 1024 steps');

export const bundleManifest = z.strictObject({
  formatVersion: z.literal(1),
  family: z.enum(families),
  source: z.strictObject({
    repo: z.string().max(200),
    revision: z.string().max(100),
    licence: z.string().max(100),
    exporter: z.string().max(40),
    torch: z.string().max(40),
    diffusers: z.string().max(40),
    opset: z.int(),
  }),
  components: z.record(name, component),
  /** Tokenizer, scheduler and preprocessor files, verbatim from the checkpoint. */
  files: z.array(z.strictObject({ file, ...sealed })).max(32),
  vae,
  text: text.optional(),
  /** CLIP image branch, when the family has one. */
  clipImage: z.strictObject({ sidePx: z.int().min(1).max(1024), mean: z.array(finite).length(3), std: z.array(positive).length(3) }).optional(),
  denoiser: z.strictObject({
    /** Latent pixels per token: frames, rows, columns. */
    patch: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]).default([1, 1, 1]),
    inChannels: z.int().positive(),
    /** Channels of the first block, or of every token: what the memory of a clip grows with. */
    width: z.int().positive().max(65_536).optional(),
    /** Wan A14B: the share of the training timesteps above which the first of two denoisers works. */
    boundaryRatio: z.number().min(0).max(1).optional(),
    /** SparseCtrl: the condition passes through the VAE instead of as pixels. */
    simplifiedCondition: z.boolean().optional(),
    /** Position table of the motion modules: no clip may have more frames. */
    maxFrames: z.int().positive().optional(),
  }),
  /** Sizes the graphs take, in pixels and frames; frames count from `min` in steps of `step`. */
  sizes: z.strictObject({ sidePx: grid, maxPixels: z.int().positive(), frames: grid }),
  /** Arguments of the reference pipeline where the person says nothing, by their names in diffusers. */
  defaults: z.strictObject({
    fps: z.int().min(1).max(60),
    steps: z.int().min(1).max(100),
    /** Fewer the sampler cannot do, beyond what is known of its family. */
    minSteps: z.int().min(1).max(100).optional(),
    guidance: z.number().min(0).max(30),
    negativePrompt: z.string().max(2000).optional(),
    /** Everything else the family's call takes, for example `motion_bucket_id` or `noise_aug_strength`. */
    call: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.array(z.number())])).default({}),
  }),
});

/** Its noise levels are stretched from pure noise to a last one of their own: a single level cannot be both. */
const LTX_MIN_STEPS = 2;

/** The fewest steps in which this model can make a clip. */
export const fewestSteps = ({ family, defaults }: Pick<BundleManifest, 'family' | 'defaults'>): number =>
  Math.max(defaults.minSteps ?? 1, family === 'ltx' ? LTX_MIN_STEPS : 1);

export type BundleManifest = z.infer<typeof bundleManifest>;
export type BundleComponent = z.infer<typeof component>;
