/** How large the pieces are in which a family's autoencoder works when a whole picture does not fit, where nobody says otherwise. */
import type { Family } from './bundle-manifest.ts';

/** Pieces overlap: the next one begins one stride further. */
export interface TileSizes {
  readonly heightPx: number;
  readonly widthPx: number;
  readonly strideHeightPx: number;
  readonly strideWidthPx: number;
}

/** The same along time, of a decoder that looks ahead. */
export interface TimeTileSizes {
  readonly frames: number;
  readonly strideFrames: number;
}

/** The share by which pieces of pictures overlap. @source diffusers.AutoencoderKL.tile_overlap_factor */
const IMAGE_OVERLAP = 0.25;
/** Stable Diffusion's autoencoder says 512 of itself. */
const IMAGE_SIDE_PX = 512;
/** Eight pixels to a latent, and a quarter of those must be whole. */
export const IMAGE_TILE_STEP_PX = 32;

/** @param sidePx a multiple of 32 */
export const imageTiles = (sidePx: number): TileSizes => square(sidePx, sidePx * (1 - IMAGE_OVERLAP));

const square = (sidePx: number, stridePx: number): TileSizes => ({ heightPx: sidePx, widthPx: sidePx, strideHeightPx: stridePx, strideWidthPx: stridePx });

/**
 * The reference's own sizes; those of AutoencoderKL for SVD's decoder, which has none.
 * @param sampleSizePx what the autoencoder of pictures says it was made for
 * @source diffusers.AutoencoderKL, AutoencoderKLLTXVideo, AutoencoderKLWan (attributes tile_*)
 */
export const usualTiles = (family: Family, sampleSizePx = IMAGE_SIDE_PX): TileSizes => {
  if (family === 'ltx') return square(512, 448);
  if (family.startsWith('wan22')) return square(256, 192);
  return imageTiles(Math.max(1, Math.floor(sampleSizePx / IMAGE_TILE_STEP_PX)) * IMAGE_TILE_STEP_PX);
};

/** Only LTX decodes a whole clip at once. @source diffusers.AutoencoderKLLTXVideo (attributes tile_sample_*_num_frames) */
export const usualTimeTiles: TimeTileSizes = { frames: 16, strideFrames: 8 };
