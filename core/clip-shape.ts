/** The sizes and lengths an engine can make: the nearest legal one for what was not said, a refusal naming it for what was. */
import type { EngineManifest, NumberOption } from './engine.ts';
import { AppError } from './errors.ts';

export interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface WantedSize {
  readonly widthPx?: number | undefined;
  readonly heightPx?: number | undefined;
}

/** @throws InputError OPTION_OUT_OF_RANGE */
export const bounded = (field: string, value: number | undefined, option: NumberOption): number => {
  if (value === undefined) return option.default;
  if (!Number.isFinite(value) || value < option.min || value > option.max) {
    throw new AppError('OPTION_OUT_OF_RANGE', { field, min: option.min, max: option.max, got: String(value) });
  }
  return value;
};

/** Sides in steps of one or two pixels are no grid: any size can be made, give or take the pixel that even sides cost. */
const isFree = ({ options }: EngineManifest): boolean => options.sidePx.step <= 2;

/** The aspect of a clip that no photo gives one. */
const usualAspect = ({ maxPixelsPerFrame, options: { sidePx, usualSize } }: EngineManifest): number =>
  usualSize ? usualSize.widthPx / usualSize.heightPx : Math.max(1, sidePx.default ** 2 / maxPixelsPerFrame);

/**
 * The clip's size: an aspect ratio fitted into what the engine can make.
 * @param photo null for a clip from words alone
 * @returns both sides in pixels; never larger than the photo where any size can be made, unless a size was asked for
 * @throws InputError OPTION_OUT_OF_RANGE, SIZE_IMPOSSIBLE for a size off the engine's grid
 */
export const fitSize = (photo: Size | null, manifest: EngineManifest, wanted: WantedSize): Size => {
  const aspect = photo ? photo.widthPx / photo.heightPx : usualAspect(manifest);
  return isFree(manifest) ? fitFreely(photo?.widthPx ?? Number.POSITIVE_INFINITY, aspect, manifest, wanted) : fitToGrid(aspect, manifest, wanted);
};

const fitFreely = (photoWidthPx: number, aspect: number, { maxPixelsPerFrame, options: { sidePx } }: EngineManifest, wanted: WantedSize): Size => {
  let width: number;
  if (wanted.widthPx !== undefined && wanted.heightPx !== undefined) {
    width = Math.min(bounded('width', wanted.widthPx, sidePx), bounded('height', wanted.heightPx, sidePx) * aspect);
  } else if (wanted.widthPx !== undefined) width = bounded('width', wanted.widthPx, sidePx);
  else if (wanted.heightPx !== undefined) width = bounded('height', wanted.heightPx, sidePx) * aspect;
  else width = Math.min(photoWidthPx, aspect >= 1 ? sidePx.default : sidePx.default * aspect);
  let height = width / aspect;
  const shrink = Math.min(1, sidePx.max / Math.max(width, height), Math.sqrt(maxPixelsPerFrame / (width * height)));
  const even = (px: number): number => Math.max(sidePx.min, 2 * Math.round((px * shrink) / 2));
  width = even(width);
  height = even(height);
  return { widthPx: Math.min(width, sidePx.max), heightPx: Math.min(height, sidePx.max) };
};

/** Every legal value from `min` to `max`, the smallest first. */
const gridOf = ({ min, max, step }: Pick<NumberOption, 'min' | 'max' | 'step'>): readonly number[] =>
  Array.from({ length: Math.floor((max - min) / step) + 1 }, (_, index) => min + index * step);

/** How far apart two positive numbers are, as a ratio: 0 equal, 0.69 double or half. */
const apart = (a: number, b: number): number => Math.abs(Math.log(a / b));

const best = <T>(among: readonly T[], cost: (one: T) => number): T | undefined =>
  among.reduce<{ one: T; cost: number } | undefined>((found, one) => {
    const here = cost(one);
    return found === undefined || here < found.cost ? { one, cost: here } : found;
  }, undefined)?.one;

/** What one frame too small costs against a crop: the photo's aspect matters more than the last pixels. */
const SMALLER = 0.25;

const fitToGrid = (aspect: number, { maxPixelsPerFrame, options: { sidePx } }: EngineManifest, wanted: WantedSize): Size => {
  const sides = gridOf(sidePx);
  const legal = sides
    .flatMap((widthPx) => sides.map((heightPx) => ({ widthPx, heightPx })))
    .filter(({ widthPx, heightPx }) => widthPx * heightPx <= maxPixelsPerFrame);
  const { widthPx: width, heightPx: height } = wanted;
  const usualPx = Math.min(maxPixelsPerFrame, sidePx.default ** 2 / Math.max(aspect, 1 / aspect));
  const asPhoto = (size: Size): number =>
    apart(size.widthPx / size.heightPx, aspect) + (width === undefined && height === undefined ? SMALLER * apart(size.widthPx * size.heightPx, usualPx) : 0);
  const open = legal.filter((size) =>
    width === undefined && height === undefined
      ? Math.max(size.widthPx, size.heightPx) <= Math.max(sidePx.default, sidePx.min)
      : (width ?? size.widthPx) === size.widthPx && (height ?? size.heightPx) === size.heightPx,
  );
  const chosen = best(open, asPhoto);
  if (chosen) return chosen;
  const nearest = [...legal]
    .sort((a, b) => offBy(a, wanted) - offBy(b, wanted) || asPhoto(a) - asPhoto(b))
    .slice(0, 2)
    .map((size) => `${size.widthPx}×${size.heightPx}`);
  throw new AppError('SIZE_IMPOSSIBLE', { got: `${width ?? '…'}×${height ?? '…'}`, nearest: nearest.join(' or ') });
};

/** How far a size is from the sides that were said. */
const offBy = (size: Size, { widthPx, heightPx }: WantedSize): number =>
  apart(size.widthPx, Math.max(1, widthPx ?? size.widthPx)) + apart(size.heightPx, Math.max(1, heightPx ?? size.heightPx));

export interface WantedLength {
  readonly seconds?: number | undefined;
  readonly fps?: number | undefined;
  readonly frames?: number | undefined;
}

export interface Length {
  readonly seconds: number;
  readonly fps: number;
  readonly frameCount: number;
}

/** Seconds as people read them; exact enough for any clip's frames. */
const rounded = (seconds: number): number => Math.round(seconds * 100) / 100;

/**
 * The clip's length. A frame count that was said must be legal; seconds are met as nearly as the engine's frame counts allow.
 * @param maxSeconds what the place allows, or null; a length within it is never rounded beyond it
 * @throws InputError OPTION_OUT_OF_RANGE, TOO_MANY_FRAMES, FRAMES_IMPOSSIBLE
 */
export const fitLength = (manifest: EngineManifest, wanted: WantedLength, maxSeconds: number | null = null): Length => {
  const { options, maxFrameCount } = manifest;
  const fps = Math.round(bounded('fps', wanted.fps, options.fps));
  const counts = options.frames ? gridOf({ ...options.frames, max: Math.min(options.frames.max, maxFrameCount) }) : null;
  if (wanted.frames !== undefined) {
    const frameCount = exactly(wanted.frames, fps, counts, manifest);
    // Seconds that mean the same count stay as they were said, so that a recipe made again is the same to the digit.
    const said = wanted.seconds !== undefined && Math.round(wanted.seconds * fps) === frameCount;
    return { fps, frameCount, seconds: said ? (wanted.seconds ?? 0) : rounded(frameCount / fps) };
  }

  const seconds = bounded('seconds', wanted.seconds, options.seconds);
  const frameCount = Math.max(2, Math.round(seconds * fps));
  const [fewest = 2, most = maxFrameCount] = counts ? [counts[0], counts.at(-1)] : [];
  // Up to half a step beyond the ends, the end is the nearest. Nobody who named no length is refused for the usual one.
  const leeway = counts ? (options.frames?.step ?? 1) / 2 : 0;
  const named = wanted.seconds !== undefined || !counts;
  if (named && frameCount > most + leeway) throw new AppError('TOO_MANY_FRAMES', { seconds, fps, got: frameCount, max: most });
  if (named && frameCount < fewest - leeway) throw new AppError('FRAMES_IMPOSSIBLE', { got: String(frameCount), nearest: String(fewest) });
  if (!counts) return { seconds, fps, frameCount };
  const allowed = maxSeconds !== null && seconds <= maxSeconds ? counts.filter((count) => count <= maxSeconds * fps) : counts;
  const nearest = nearestOf(allowed.length > 0 ? allowed : counts, seconds * fps);
  return { fps, frameCount: nearest, seconds: rounded(nearest / fps) };
};

const nearestOf = (counts: readonly number[], wanted: number): number => best(counts, (count) => Math.abs(count - wanted)) ?? 2;

const exactly = (wanted: number, fps: number, counts: readonly number[] | null, { maxFrameCount, options: { seconds } }: EngineManifest): number => {
  const legal =
    counts ?? gridOf({ min: Math.max(2, Math.ceil(seconds.min * fps)), max: Math.max(2, Math.min(maxFrameCount, Math.floor(seconds.max * fps))), step: 1 });
  if (legal.includes(wanted)) return wanted;
  const near = [...legal].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted)).slice(0, 2);
  throw new AppError('FRAMES_IMPOSSIBLE', { got: String(wanted), nearest: near.sort((a, b) => a - b).join(' or ') });
};
