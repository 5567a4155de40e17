/** What the engines of published families refuse before any network runs: sizes and lengths off their grid, a photo that is none. */
import type { GenerateRequest, Photo } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import { type BundleManifest, fewestSteps } from '../onnx/bundle-manifest.ts';

interface Grid {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

interface Sizes {
  readonly sidePx: Grid;
  readonly maxPixels: number;
}

/** The legal values on both sides of a wanted one, or that value alone; within the grid's ends. */
const neighbours = (wanted: number, { min, max, step }: Grid): number[] => {
  const last = Math.floor((max - min) / step);
  const place = (wanted - min) / step;
  const at = (index: number): number => min + step * Math.min(last, Math.max(0, index));
  return [...new Set([at(Math.floor(place)), at(Math.ceil(place))])];
};

/** Up to two sizes that can be made, the closest first. */
const nearestSizes = (widthPx: number, heightPx: number, { sidePx, maxPixels }: Sizes): string => {
  const shrink = Math.min(1, Math.sqrt(maxPixels / (widthPx * heightPx)));
  const distance = ([w, h]: readonly [number, number]): number => Math.hypot(w - widthPx, h - heightPx);
  return neighbours(widthPx * shrink, sidePx)
    .flatMap((w) => neighbours(heightPx * shrink, sidePx).map((h) => [w, h] as const))
    .filter(([w, h]) => w * h <= maxPixels)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, 2)
    .map(([w, h]) => `${w}×${h}`)
    .join(' or ');
};

/** @throws InputError SIZE_IMPOSSIBLE naming the nearest sizes on the grid */
export const checkSize = (widthPx: number, heightPx: number, sizes: Sizes): void => {
  const legal = (side: number): boolean => neighbours(side, sizes.sidePx).includes(side);
  if (legal(widthPx) && legal(heightPx) && widthPx * heightPx <= sizes.maxPixels) return;
  throw new AppError('SIZE_IMPOSSIBLE', { got: `${widthPx}×${heightPx}`, nearest: nearestSizes(widthPx, heightPx, sizes) });
};

/** @throws InputError FRAMES_IMPOSSIBLE naming the nearest counts */
export const checkFrames = (frameCount: number, frames: Grid): void => {
  const nearest = neighbours(frameCount, frames);
  if (!nearest.includes(frameCount)) throw new AppError('FRAMES_IMPOSSIBLE', { got: frameCount, nearest: nearest.join(' or ') });
};

/** @throws InputError OPTION_OUT_OF_RANGE for fewer steps than the sampler can do */
export const checkSteps = (manifest: BundleManifest, steps: number): void => {
  const min = fewestSteps(manifest);
  if (steps < min) throw new AppError('OPTION_OUT_OF_RANGE', { field: 'steps', min, max: 1000, got: steps });
};

/** A person's request against the bundle's own limits. @throws InputError SIZE_IMPOSSIBLE, FRAMES_IMPOSSIBLE, OPTION_OUT_OF_RANGE */
export const checkRequest = (manifest: BundleManifest, { widthPx, heightPx, frameCount, steps }: GenerateRequest): void => {
  checkSize(widthPx, heightPx, manifest.sizes);
  checkFrames(frameCount, manifest.sizes.frames);
  checkSteps(manifest, steps);
};

/** Whole latents: the only thing the reference pipelines ask of a size. @throws InputError SIZE_IMPOSSIBLE */
export const checkLatentSize = ({ vae: { spatialScale } }: BundleManifest, widthPx: number, heightPx: number): void =>
  checkSize(widthPx, heightPx, { sidePx: { min: spatialScale, max: Number.MAX_SAFE_INTEGER, step: spatialScale }, maxPixels: Number.MAX_SAFE_INTEGER });

/** @throws InputError PHOTO_MISSING, REQUEST_MALFORMED */
export const requirePhoto = (photo: Photo | null | undefined): Photo => {
  if (!photo) throw new AppError('PHOTO_MISSING');
  if (photo.rgb.length !== photo.widthPx * photo.heightPx * 3) throw new AppError('REQUEST_MALFORMED', { problem: 'the photo is not RGB' });
  return photo;
};

/** The image of a recorded call that takes one. @throws InputError PHOTO_MISSING, REQUEST_MALFORMED */
export const onlyPhoto = (photos: readonly Photo[]): Photo => {
  if (photos.length > 1) throw new AppError('REQUEST_MALFORMED', { problem: `this call takes one image, not ${photos.length}` });
  return requirePhoto(photos[0]);
};
