/** Photos as the networks' image inputs, each family with the resizing and the arithmetic of its reference pipeline. */
import type { Photo } from '../../core/engine.ts';
import { roundEven } from '../tensor/half.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import { blurredBicubic } from './blurred-bicubic.ts';
import { pillowCrop, pillowResize } from './pillow.ts';

/** What a CLIP image encoder was trained on; `clipImage` of the bundle's manifest. */
export interface ClipInput {
  readonly sidePx: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export type ValueRange = 'minus-one-to-one' | 'zero-to-one';

const f = Math.fround;

/** Channels apart, each byte through `value`: [1, 3, h, w]. */
const planes = ({ widthPx, heightPx, rgb }: Photo, value: (byte: number, channel: number) => number): FloatTensor => {
  const count = widthPx * heightPx;
  const data = new Float32Array(3 * count);
  for (let channel = 0; channel < 3; channel++) {
    const table = Float32Array.from({ length: 256 }, (_, byte) => value(byte, channel));
    for (let i = 0, from = channel, to = channel * count; i < count; i++, from += 3, to++) data[to] = table[rgb[from] as number] as number;
  }
  return { data, dims: [1, 3, heightPx, widthPx] };
};

const zeroToOne = (byte: number): number => f(byte / 255);
const minusOneToOne = (byte: number): number => f(f(2 * zeroToOne(byte)) - 1);
const standardised = (value: number, channel: number, { mean, std }: ClipInput): number => f(f(value - f(mean[channel] as number)) / f(std[channel] as number));

/**
 * A photo for a VAE: stretched to exactly this size with Pillow's Lanczos filter.
 * @returns float32 [1, 3, heightPx, widthPx]
 * @source diffusers VaeImageProcessor.preprocess
 */
export const vaeImage = (photo: Photo, widthPx: number, heightPx: number, range: ValueRange = 'minus-one-to-one'): FloatTensor =>
  planes(pillowResize(photo, widthPx, heightPx, 'lanczos'), range === 'zero-to-one' ? zeroToOne : minusOneToOne);

/**
 * A photo for Stable Video Diffusion's image encoder: the whole picture squeezed into a square, blurred first.
 * @returns float32 [1, 3, side, side]
 * @source diffusers StableVideoDiffusionPipeline._encode_image
 */
export const svdClipImage = (photo: Photo, clip: ClipInput): FloatTensor => {
  const small = blurredBicubic(
    photo,
    Float32Array.from({ length: 256 }, (_, byte) => minusOneToOne(byte)),
    clip.sidePx,
  );
  const count = clip.sidePx ** 2;
  return { data: small.data.map((value, i) => standardised(f(f(value + 1) / 2), Math.floor(i / count), clip)), dims: small.dims };
};

/**
 * A photo for a CLIP image encoder: shorter side to `sidePx` with Pillow's bicubic filter, centre square, standardised.
 * @returns float32 [1, 3, side, side]
 * @source transformers CLIPImageProcessor, Pillow backend
 */
export const clipImage = (photo: Photo, clip: ClipInput): FloatTensor => {
  const { sidePx } = clip;
  const longPx = Math.trunc((sidePx * Math.max(photo.widthPx, photo.heightPx)) / Math.min(photo.widthPx, photo.heightPx));
  const upright = photo.widthPx <= photo.heightPx;
  const small = pillowResize(photo, upright ? sidePx : longPx, upright ? longPx : sidePx, 'bicubic');
  const square = pillowCrop(small, Math.floor((small.widthPx - sidePx) / 2), Math.floor((small.heightPx - sidePx) / 2), sidePx, sidePx);
  return planes(square, (byte, channel) => standardised(f(byte * 0.00392156862745098), channel, clip));
};

/** Python's a // b of floats: the exact quotient rounded down, where the computed one may have been rounded up. */
const floorDivide = (a: number, b: number): number => Math.round((a - (a % b)) / b);

/** @source diffusers, pipeline_i2vgen_xl.py, _center_crop_wide: black borders appear where its floor falls a pixel short */
const centreCropWide = (photo: Photo, widthPx: number, heightPx: number): Photo => {
  const scale = Math.min(photo.widthPx / widthPx, photo.heightPx / heightPx);
  const small = pillowResize(photo, roundEven(floorDivide(photo.widthPx, scale)), roundEven(floorDivide(photo.heightPx, scale)), 'box');
  return pillowCrop(small, Math.floor((small.widthPx - widthPx) / 2), Math.floor((small.heightPx - heightPx) / 2), widthPx, heightPx);
};

/**
 * A photo for I2VGen-XL: a centre square for its image encoder and a centre crop for its VAE.
 * @returns clip: float32 [1, 3, side, side]; vae: float32 [1, 3, heightPx, widthPx] from -1 to 1
 * @source diffusers I2VGenXLPipeline.__call__
 */
export const i2vgenImages = (photo: Photo, widthPx: number, heightPx: number, clip: ClipInput): { readonly clip: FloatTensor; readonly vae: FloatTensor } => {
  const square = pillowResize(centreCropWide(photo, widthPx, widthPx), clip.sidePx, clip.sidePx, 'bilinear');
  return {
    clip: planes(square, (byte, channel) => standardised(zeroToOne(byte), channel, clip)),
    vae: planes(centreCropWide(photo, widthPx, heightPx), minusOneToOne),
  };
};
