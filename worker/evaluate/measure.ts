/** All measurements of one clip against its photo, in one record that JSON can hold. */
import { decodePhoto } from '../vision/photo.ts';
import { type CameraPose, poseOf, trackCamera } from './camera-track.ts';
import { psnr, psnrOfCrop, type Sharpness, sharpnessKept } from './fidelity.ts';
import { type ClipFrames, readFrames } from './frames.ts';
import { type Ghosts, ghostsOf } from './ghosts.ts';
import { type Grey, halve, lumaOf, median } from './grey.ts';
import { type Jelly, jellyOf, type Pliant } from './jelly.ts';
import type { Polygon, Regions } from './list.ts';
import { type MotionMaps, mapMotion, type RegionMotion, regionMotion, steady, transformFor } from './motion.ts';
import { measureParallax, type Parallax } from './parallax.ts';
import { areaOf, dilate, everything, inClip, isCloth, isHair, isWater, type Mask, maskOf, outsideOf, union, without } from './regions.ts';
import { compose, identity, rescale, type Similarity } from './similarity.ts';
import { isFrozen, loopSeam, warpBetweenNeighbours } from './stability.ts';

export interface Measures {
  readonly clip: { readonly widthPx: number; readonly heightPx: number; readonly fps: number; readonly frameCount: number };
  readonly camera: CameraPose & { readonly jitter: number; readonly agreement: number; readonly parallax: Parallax };
  /** What frame 0 shows of the photo, and how faithfully (decibels). */
  readonly firstFrame: { readonly decibels: number; readonly whole: boolean; readonly view: CameraPose };
  readonly frozen: boolean;
  /** null for a clip that hardly moves. */
  readonly seam: number | null;
  readonly warpError: number;
  readonly consistency: number;
  readonly sharpness: Sharpness;
  readonly jelly: Jelly;
  readonly ghosts: Ghosts;
  readonly whole: RegionMotion;
  readonly regions: Readonly<Record<string, RegionMotion>>;
  /** What is outside of all moving regions, when some were named. */
  readonly elsewhere: RegionMotion | null;
}

/** What a sheet shows beside the numbers. */
export interface Evidence {
  readonly frames: ClipFrames;
  readonly maps: MotionMaps;
  /** Polygons of the moving regions over frame 0, in 0..1. */
  readonly outlines: readonly Polygon[];
}

export interface MeasureOptions {
  readonly regions?: Regions | undefined;
  /** Names of the regions that should move; others are compared with them. */
  readonly moves?: readonly string[] | undefined;
  readonly ffmpegPath?: string | null | undefined;
}

/** Regions keep this distance (share of the width) from a moving one before they count as another. */
const MARGIN = 0.025;
/** Frame 0 shows the whole photo when its view differs by less than this. */
const WHOLE = { shift: 0.004, zoom: 0.006, rollDegrees: 0.15 } as const;
/** Frames for the slower metrics. */
const CLOSE_LOOKS = 3;

const isWhole = ({ pan, tilt, zoom, rollDegrees }: CameraPose): boolean =>
  Math.abs(pan) < WHOLE.shift && Math.abs(tilt) < WHOLE.shift && Math.abs(zoom - 1) < WHOLE.zoom && Math.abs(rollDegrees) < WHOLE.rollDegrees;

/** Halved as long as the width stays at 320 pixels or more. */
const shrink = (grey: Grey): Grey => (grey.width >= 640 ? shrink(halve(grey)) : grey);

/** A corner of a polygon of the photo in a frame that shows the photo through `view`, both in 0..1. */
const through = ([x, y]: readonly [number, number], { c, s, tx, ty }: Similarity, { width, height }: Grey): [number, number] => {
  const dx = (x - 0.5) * width;
  const dy = (y - 0.5) * height;
  return [(c * dx - s * dy + tx) / width + 0.5, (s * dx + c * dy + ty) / height + 0.5];
};

/**
 * @param clipPath MP4 or GIF
 * @param photoBytes the photo it was made from, any type that the bot takes
 * @throws MediaError ENCODE_FAILED, InputError PHOTO_BROKEN
 */
export const measureClip = async (
  clipPath: string,
  photoBytes: Uint8Array,
  photoSize: { readonly widthPx: number; readonly heightPx: number },
  { regions = {}, moves = [], ffmpegPath }: MeasureOptions = {},
): Promise<{ readonly measures: Measures; readonly evidence: Evidence }> => {
  const frames = await readFrames(clipPath, ffmpegPath);
  const { small, middle, stills, fps } = frames;
  const [still0] = stills as [ClipFrames['stills'][number], ...ClipFrames['stills']];
  const [small0, middle0] = [small[0] as Grey, middle[0] as Grey];

  // 1 the camera, and what frame 0 shows of the photo
  const track = trackCamera(small);
  const photo = await decodePhoto(photoBytes, still0.picture);
  const photoLuma = lumaOf(photo.rgb, photo.widthPx, photo.heightPx);
  const alike = shrink(photoLuma);
  const entry = trackCamera([alike, shrink(still0.luma)], 1).transforms.at(-1) as Similarity;
  const view = poseOf(entry, alike);
  const whole = isWhole(view);
  const entryFor = (width: number): Similarity => (whole ? identity : rescale(entry, width / alike.width));

  // 2 things that move
  const maps = mapMotion(small, track, fps);
  const outline = (name: string): readonly Polygon[] =>
    inClip(regions[name] ?? [], photoSize, frames).map((polygon) => polygon.map((corner) => through(corner, entryFor(small0.width), small0)));
  const masks = Object.fromEntries(Object.keys(regions).map((name) => [name, maskOf(outline(name), small0.width, small0.height)]));
  const named = moves.flatMap((name) => masks[name] ?? []);
  // strands bend whether they were asked to move or not; that they did move is another question's
  const bends = (name: string): boolean => isHair(name) || (moves.includes(name) && (isWater(name) || isCloth(name)));
  const pliant = (name: string): readonly Pliant[] =>
    bends(name) ? [{ mask: maskOf(outline(name), middle0.width, middle0.height), lies: isWater(name) }] : [];
  const margin = Math.round(MARGIN * small0.width);
  const moving = named.length > 0 ? union(named) : null;
  const apart = (name: string, mask: Mask): Mask => (moving && !moves.includes(name) ? without(mask, dilate(moving, margin)) : mask);

  // 3 a closer look at a few frames, held as the camera saw them in frame 0
  const looks = stills.slice(1).filter((_, i, all) => i % Math.max(1, Math.floor(all.length / CLOSE_LOOKS)) === 0 || i === all.length - 1);
  const held = looks.map(({ index }) => steady(middle[index] as Grey, transformFor(track, index, small0.width, middle0.width)));
  const sharpness = [still0, ...looks].map(({ index, luma }) =>
    sharpnessKept(photoLuma, luma, compose(transformFor(track, index, small0.width, luma.width), entryFor(luma.width))),
  );

  const warp = warpBetweenNeighbours(middle);

  const measures: Measures = {
    clip: { widthPx: frames.widthPx, heightPx: frames.heightPx, fps, frameCount: frames.frameCount },
    camera: { ...track.reach, jitter: track.jitter, agreement: track.agreement, parallax: measureParallax(small, track) },
    firstFrame: {
      decibels: whole ? psnr(photo, still0.picture) : psnrOfCrop(photoLuma, still0.luma, entryFor(still0.luma.width)),
      ...{ whole, view },
    },
    frozen: isFrozen(small),
    seam: loopSeam(middle),
    warpError: warp.error,
    consistency: warp.consistency,
    sharpness: { kept: median(sharpness.map(({ kept }) => kept)), worst: Math.min(...sharpness.map(({ worst }) => worst)) },
    jelly: jellyOf(middle0, held, Object.keys(regions).flatMap(pliant)),
    ghosts: ghostsOf(middle0, held),
    whole: regionMotion(maps, everything(small0.width, small0.height)),
    regions: Object.fromEntries(
      Object.entries(masks).flatMap(([name, mask]) => {
        const region = apart(name, mask);
        return areaOf(region) === 0 ? [] : [[name, regionMotion(maps, region)]];
      }),
    ),
    elsewhere: moving ? regionMotion(maps, outsideOf(moving, margin)) : null,
  };
  return { measures, evidence: { frames, maps, outlines: moves.flatMap(outline) } };
};
