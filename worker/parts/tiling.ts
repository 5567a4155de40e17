/** When and how an autoencoder works in overlapping pieces: what a call asks for, as the reference's own geometry. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { BundleManifest } from '../onnx/bundle-manifest.ts';
import type { MemoryPlan } from '../onnx/memory-plan.ts';
import { IMAGE_TILE_STEP_PX, imageTiles, type TileSizes, usualTiles, usualTimeTiles } from '../onnx/tile-sizes.ts';

/** Pieces along one axis: lengths of what goes in, then of what comes out. */
export interface AxisTiles {
  readonly tile: number;
  readonly step: number;
  /** So much of every piece stays, from its beginning. */
  readonly kept: number;
  /** Over so much the piece before fades into it. */
  readonly blend: number;
}

export interface Tiling {
  readonly rows: AxisTiles;
  readonly columns: AxisTiles;
  /** Neighbouring pixels that fade alike, because the reference joins patches and only then makes pixels of them. */
  readonly cell: number;
}

/** What the reference cuts once `vae.enable_tiling()` was called, and what in time once `use_framewise_decoding` is set. */
export interface VaeTiling {
  readonly encode: Tiling | undefined;
  readonly decode: Tiling | undefined;
  readonly frames: AxisTiles | undefined;
}

const tileSide = z.int().min(1).max(16_384).nullish();
/** `vae.enable_tiling()` as an argument of the call, and the attribute that sets its size. @source diffusers.AutoencoderKL */
export const imageTilingArguments = { enable_vae_tiling: z.boolean().nullish(), tile_sample_min_size: tileSide };
/** The arguments of `vae.enable_tiling(…)` as arguments of the call. @source diffusers.AutoencoderKLWan.enable_tiling */
export const videoTilingArguments = {
  enable_vae_tiling: z.boolean().nullish(),
  tile_sample_min_height: tileSide,
  tile_sample_min_width: tileSide,
  tile_sample_stride_height: tileSide,
  tile_sample_stride_width: tileSide,
};
/** Besides, in time. @source diffusers.AutoencoderKLLTXVideo.enable_tiling, use_framewise_decoding */
export const framewiseArguments = {
  ...videoTilingArguments,
  use_framewise_decoding: z.boolean().nullish(),
  tile_sample_min_num_frames: tileSide,
  tile_sample_stride_num_frames: tileSide,
};

type TilingCall = { readonly [Name in keyof (typeof framewiseArguments & typeof imageTilingArguments)]?: boolean | number | null | undefined };

/** What the memory plan decided, as arguments of the call; what the bundle itself asks for stays. */
export const plannedTiling = (plan: MemoryPlan | null): { readonly enable_vae_tiling?: true; readonly use_framewise_decoding?: true } => ({
  ...(plan?.tiles.space && { enable_vae_tiling: true }),
  ...(plan?.tiles.time && { use_framewise_decoding: true }),
});

/** @throws InputError REQUEST_MALFORMED for pieces that are not whole latents or leave gaps, where the reference's result would have holes */
const checkAxis = (name: string, sizePx: number, stridePx: number, unitPx: number): void => {
  const whole = (value: number): boolean => value >= unitPx && value % unitPx === 0;
  if (whole(sizePx) && whole(stridePx) && stridePx <= sizePx) return;
  const problem = `tile_sample_min_${name} (${sizePx}) and tile_sample_stride_${name} (${stridePx}) must be multiples of ${unitPx}, the stride at most the size`;
  throw new AppError('REQUEST_MALFORMED', { problem });
};

const sizesOf = ({ family, vae }: BundleManifest, call: TilingCall): TileSizes => {
  const usual = usualTiles(family, vae.sampleSizePx);
  const side = call.tile_sample_min_size;
  if (typeof side === 'number') {
    if (side % IMAGE_TILE_STEP_PX !== 0)
      throw new AppError('REQUEST_MALFORMED', { problem: `tile_sample_min_size must be a multiple of ${IMAGE_TILE_STEP_PX}` });
    return imageTiles(side);
  }
  return {
    heightPx: Number(call.tile_sample_min_height ?? usual.heightPx),
    widthPx: Number(call.tile_sample_min_width ?? usual.widthPx),
    strideHeightPx: Number(call.tile_sample_stride_height ?? usual.strideHeightPx),
    strideWidthPx: Number(call.tile_sample_stride_width ?? usual.strideWidthPx),
  };
};

/** Wan's autoencoders halve three times; those of more pixels to a latent take patches of them. */
const patchOf = ({ family, vae: { spatialScale } }: BundleManifest): number => (family.startsWith('wan22') ? Math.max(1, spatialScale / 8) : 1);

/**
 * @returns undefined for what is to be done in one piece, whatever its size
 * @throws InputError REQUEST_MALFORMED naming sizes that make no whole pieces
 * @source diffusers: tiled_encode and tiled_decode of AutoencoderKL, AutoencoderKLLTXVideo and AutoencoderKLWan
 */
export const tilingOf = (manifest: BundleManifest, call: TilingCall): VaeTiling => {
  const { spatialScale: scale, temporalScale } = manifest.vae;
  const patch = patchOf(manifest);
  const sizes = sizesOf(manifest, call);
  const decodeAxis = (px: number, stridePx: number): AxisTiles => ({ tile: px / scale, step: stridePx / scale, kept: stridePx, blend: px - stridePx });
  // the reference measures pictures after they were cut into patches, and so means larger pieces
  const encodeAxis = (px: number, stridePx: number): AxisTiles => ({
    tile: px * patch,
    step: stridePx * patch,
    kept: (stridePx * patch) / scale,
    blend: ((px - stridePx) * patch) / scale,
  });
  const both = (axis: typeof decodeAxis, cell: number): Tiling => ({
    rows: axis(sizes.heightPx, sizes.strideHeightPx),
    columns: axis(sizes.widthPx, sizes.strideWidthPx),
    cell,
  });
  if (call.enable_vae_tiling) {
    checkAxis('height', sizes.heightPx, sizes.strideHeightPx, scale);
    checkAxis('width', sizes.widthPx, sizes.strideWidthPx, scale);
  }
  const count = Number(call.tile_sample_min_num_frames ?? usualTimeTiles.frames);
  const stride = Number(call.tile_sample_stride_num_frames ?? usualTimeTiles.strideFrames);
  if (call.use_framewise_decoding) checkAxis('num_frames', count, stride, temporalScale);
  return {
    encode: call.enable_vae_tiling ? both(encodeAxis, 1) : undefined,
    decode: call.enable_vae_tiling ? both(decodeAxis, patch) : undefined,
    frames: call.use_framewise_decoding ? { tile: count / temporalScale, step: stride / temporalScale, kept: stride, blend: count - stride } : undefined,
  };
};
