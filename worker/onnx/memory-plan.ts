/** Whether a clip fits into memory, and how: every graph kept, one at a time, the decoding in pieces of time or of the picture, or not at all. */
import { AppError } from '../../core/errors.ts';
import type { BundleComponent, Family } from './bundle-manifest.ts';
import { usualTiles, usualTimeTiles } from './tile-sizes.ts';

/** What a clip asks of the graphs. */
export interface ClipShape {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameCount: number;
}

/** What the plan depends on: a bundle's manifest, or what is known about a model that is not here yet. */
export interface PlannedModel {
  readonly family: Family;
  readonly components: Readonly<
    Record<string, Pick<BundleComponent, 'bytes' | 'dtype' | 'attention'> & { readonly externalData: readonly { readonly bytes: number }[] }>
  >;
  readonly vae: {
    readonly spatialScale: number;
    readonly temporalScale: number;
    readonly chunkMixesFrames: boolean;
    readonly sampleSizePx?: number | undefined;
  };
  /** Latent pixels per token: frames, rows, columns; and the channels of the first block or of a token, where they are known. */
  readonly denoiser: { readonly patch: readonly [number, number, number]; readonly width?: number | undefined };
}

export interface MemoryPlan {
  /** Every graph stays open, or one is open at a time. */
  readonly mode: 'resident' | 'sequential';
  /** Frames to decode together; all of them where cutting would change the picture. */
  readonly decodeFrames: number;
  /** The autoencoder works in overlapping pieces of the picture, of time, or of both, which changes the clip a little. */
  readonly tiles: Tiles;
  readonly needBytes: number;
}

export interface Tiles {
  readonly space: boolean;
  readonly time: boolean;
}

/** Where the graphs run: the CPU computes in float32 whatever the weights are stored as. */
export type Device = 'cpu' | 'gpu';

/** The published network of a family, to which a bundle's own is compared. */
interface Network {
  /** Channels of the first block, or of every token. */
  readonly width: number;
  readonly parameters: number;
  /** How many tensors of [tokens, width] are alive at once, at most. */
  readonly tensors: number;
  /** Predictions with and without the words in one batch. */
  readonly batch: 1 | 2;
}

/**
 * Widths and parameters: counted on the published configurations (see config/catalogue.ts). Tensors alive: measured as the
 * growth of the peak resident memory between opening a graph and running it, in tensors of [tokens, width] float32, on the
 * tiny checkpoints of the families with multi-head attention fused: SVD 25 to 27 (48 to 96 latents a side, 14 frames),
 * AnimateDiff 32 to 34, LTX 34 (8,000 and 16,000 tokens), Wan 29 to 33 (5,376 and 21,504 tokens). The tiny I2VGen-XL and
 * ModelScope, whose heads are 2 to 4 channels wide, took 59 to 67 and 114 to 133, most of it attention scores over the 77
 * words, which shrink with 1 / (channels per head); their published heads are 64 wide, so AnimateDiff's number stands for them.
 */
const unet = (parameters: number): Network => ({ width: 320, parameters, tensors: 34, batch: 2 });
const networks: Readonly<Record<Family, Network>> = {
  svd: { ...unet(1524.6e6), tensors: 27 },
  animatediff: unet(1312.7e6),
  'animatediff-sparsectrl': unet(1312.7e6),
  'animatediff-ipadapter': unet(1312.7e6),
  'i2vgen-xl': unet(1420.5e6),
  'modelscope-t2v': unet(1411.2e6),
  ltx: { width: 2048, parameters: 1923.4e6, tensors: 34, batch: 2 },
  'wan22-ti2v': { width: 3072, parameters: 4999.8e6, tensors: 33, batch: 1 },
  'wan22-i2v': { width: 5120, parameters: 14288.9e6, tensors: 33, batch: 1 },
};

/**
 * Float32 values alive per pixel of a frame while it is decoded: `output` for the picture itself, `perChannel` for each channel
 * of the decoder's last block. Measured in the same way: SVD 173 at width 32, the 2D decoder 70 at width 8, which give 35 and
 * 4.3; LTX 15.8 at width 8 on a grid of 4 × 4 pixels. Wan is extrapolated from SVD's and therefore a lower bound.
 */
const decoder = { output: 35, perChannel: 4.3, width: 128 } as const;
const decoderFloatsPerPixel = (family: Family): number => {
  if (family === 'ltx') return 13.5 + (decoder.perChannel * decoder.width) / 16;
  if (family === 'wan22-ti2v') return decoder.output + (decoder.perChannel * 256) / 4;
  return decoder.output + decoder.perChannel * (family === 'wan22-i2v' ? 96 : decoder.width);
};

/** Wan decodes four frames at a time, LTX the whole clip, the others as many frames as they are given. */
const framesTogether = (family: Family, frameCount: number): number => (family.startsWith('wan22') ? 4 : frameCount);
const decodesInPieces = (family: Family): boolean => family !== 'ltx' && !family.startsWith('wan22');

const WHOLE: Tiles = { space: false, time: false };
/** From the clip as it is to the smallest pieces. */
const waysToTile = (family: Family): readonly Tiles[] =>
  family === 'ltx' ? [WHOLE, { space: true, time: false }, { space: false, time: true }, { space: true, time: true }] : [WHOLE, { space: true, time: false }];

/** Three float32 colours of a pixel, which stay in ordinary memory until its frame is handed out. */
const JOINED_BYTES = 12;

/** What one run of the decoder needs besides its weights, and what joining its pieces takes. */
const decoderBytes = (
  { family, vae }: PlannedModel,
  { widthPx, heightPx, frameCount }: ClipShape,
  device: Device,
  decodeFrames: number,
  tiles: Tiles,
): number => {
  const value = device === 'cpu' ? 4 : 2;
  const piece = usualTiles(family, vae.sampleSizePx);
  const [width, height] = tiles.space ? [Math.min(widthPx, piece.widthPx), Math.min(heightPx, piece.heightPx)] : [widthPx, heightPx];
  // a piece of time reaches one latent frame further than its length
  const frames = tiles.time ? Math.min(decodeFrames, usualTimeTiles.frames + 1) : decodeFrames;
  const joined = (frames: number): number => (device === 'cpu' ? JOINED_BYTES * frames * widthPx * heightPx : 0);
  const working = width * height * frames * decoderFloatsPerPixel(family) * value;
  if (tiles.space) return working + joined(family.startsWith('wan22') ? frameCount : frames);
  return working;
};

/** The runtime and Node themselves, measured with an open session. */
const PROCESS_BYTES = 200e6;
/** Room that stays free, for frames on their way to the encoder and for everybody else. */
const SPARE_SHARE = 0.1;
const bytesPerValue = { fp32: 4, fp16: 2, bf16: 2 } as const;
const HEAD_CHANNELS = 64;

type Component = PlannedModel['components'][string];

const fileBytes = ({ bytes, externalData }: Component): number => externalData.reduce((sum, file) => sum + file.bytes, bytes);

/** Weights in memory. On the CPU half-precision weights are held as float32: measured, 2.0 times the file. */
const weightBytes = (component: Component, device: Device): number => fileBytes(component) * (device === 'cpu' ? 4 / bytesPerValue[component.dtype] : 1);

/** What one prediction of a denoiser needs besides its weights. */
const denoiserBytes = ({ family, vae, denoiser }: PlannedModel, component: Component, shape: ClipShape, device: Device): number => {
  const network = networks[family];
  const value = device === 'cpu' ? 4 : bytesPerValue[component.dtype];
  const parameters = fileBytes(component) / bytesPerValue[component.dtype];
  const width = denoiser.width ?? Math.max(8, network.width * Math.sqrt(parameters / network.parameters));
  const [frames, rows, columns] = denoiser.patch;
  const perFrame = Math.ceil(shape.heightPx / vae.spatialScale / rows) * Math.ceil(shape.widthPx / vae.spatialScale / columns);
  const latentFrames = Math.ceil(((shape.frameCount - 1) / vae.temporalScale + 1) / frames);
  const tokens = network.batch * latentFrames * perFrame;
  // unfused attention writes down how much every token of a frame (or of a clip) looks at every other one
  const together = denoiser.patch[1] > 1 || family === 'ltx' ? latentFrames * perFrame : perFrame;
  const scores = component.attention === 'plain' ? 2 * tokens * together * Math.max(1, width / HEAD_CHANNELS) : 0;
  return value * (tokens * width * network.tensors + scores);
};

const isDenoiser = (name: string): boolean => /^(?:unet|transformer|transformer_2|controlnet)$/.test(name);
const isDecoder = (name: string): boolean => name.startsWith('vae_decoder');

interface Need {
  readonly resident: number;
  readonly sequential: number;
}

/** Graphs that are open together even where memory is short, because one act needs them both. */
const actOf = (name: string): string => (name === 'controlnet' ? 'unet' : name.replace(/^(vae_(?:de|en)coder)_.*/, '$1'));

const needOf = (manifest: PlannedModel, shape: ClipShape, device: Device, decodeFrames: number, tiles: Tiles): Need => {
  const acts = new Map<string, { weights: number; working: number }>();
  for (const [name, component] of Object.entries(manifest.components)) {
    const act = acts.get(actOf(name)) ?? { weights: 0, working: 0 };
    const working = isDenoiser(name)
      ? denoiserBytes(manifest, component, shape, device)
      : isDecoder(name)
        ? decoderBytes(manifest, shape, device, decodeFrames, tiles)
        : 0;
    acts.set(actOf(name), { weights: act.weights + weightBytes(component, device), working: Math.max(act.working, working) });
  }
  const all = [...acts.values()];
  return {
    resident: PROCESS_BYTES + all.reduce((sum, act) => sum + act.weights, Math.max(...all.map((act) => act.working))),
    sequential: PROCESS_BYTES + Math.max(...all.map((act) => act.weights + act.working)),
  };
};

/** The least memory in which a clip can be made, in bytes: one graph at a time, decoded in the smallest pieces where that helps. */
export const leastMemory = (manifest: PlannedModel, shape: ClipShape, device: Device): number => {
  const frames = decodesInPieces(manifest.family) ? fewestFrames(manifest, shape) : framesTogether(manifest.family, shape.frameCount);
  return Math.min(...waysToTile(manifest.family).map((tiles) => needOf(manifest, shape, device, frames, tiles).sequential));
};

/** Frames that see each other while they are decoded stay together in twos at least. */
const fewestFrames = ({ vae }: PlannedModel, { frameCount }: ClipShape): number => Math.min(frameCount, vae.chunkMixesFrames ? 2 : 1);

/**
 * Chooses the fastest way that fits: all graphs open and everything decoded at once; fewer frames decoded at a time; one graph
 * at a time; both; and only then pieces of the picture or of time, because these change the clip.
 * @param availableBytes free memory of the machine, its container, or the graphics card
 * @throws EngineError NOT_ENOUGH_MEMORY with what is needed and what there is
 */
export const planMemory = (title: string, manifest: PlannedModel, shape: ClipShape, device: Device, availableBytes: number): MemoryPlan => {
  const usableBytes = availableBytes * (1 - SPARE_SHARE);
  const all = framesTogether(manifest.family, shape.frameCount);
  const counts = decodesInPieces(manifest.family) ? [all, Math.ceil(all / 2), Math.ceil(all / 4), fewestFrames(manifest, shape)] : [all];
  for (const tiles of waysToTile(manifest.family)) {
    for (const mode of ['resident', 'sequential'] as const) {
      for (const decodeFrames of counts) {
        const needBytes = needOf(manifest, shape, device, decodeFrames, tiles)[mode];
        if (needBytes <= usableBytes) return { mode, decodeFrames, tiles, needBytes };
      }
    }
  }
  const gb = (bytes: number): string => (bytes / 1e9).toFixed(1);
  throw new AppError('NOT_ENOUGH_MEMORY', { engine: title, needGb: gb(leastMemory(manifest, shape, device) / (1 - SPARE_SHARE)), haveGb: gb(availableBytes) });
};
