/** How much every part of the picture moves by itself, which way it drifts, and how much its light changes. */
import type { CameraTrack } from './camera-track.ts';
import { denseFlow, type Flow } from './flow.ts';
import { boxMean, type Grey, gradients, quantile, sample } from './grey.ts';
import type { Mask } from './regions.ts';
import { rescale, type Similarity } from './similarity.ts';

/** Maps over frame 0 at the size of `ClipFrames.small`. */
export interface MotionMaps {
  readonly width: number;
  readonly height: number;
  /** How far each pixel gets from where it was in frame 0, camera taken out; second largest of the frames looked at. Shares of the diagonal. */
  readonly peak: Float32Array;
  /** Sum over the clip of what each pixel's surroundings travel from frame to frame, camera taken out; shares of the diagonal. */
  readonly driftX: Float32Array;
  readonly driftY: Float32Array;
  /** Root mean square of changes in brightness against frame 0 that a shift would explain only with this length. Shares of the diagonal. */
  readonly change: { readonly energy: Float32Array; readonly slope: Float32Array };
  /** Range over the clip of the brightness of each pixel's surroundings (about 1/20 of the picture), 0..255. */
  readonly light: Float32Array;
  /** 1 where there is texture that a flow can hold on to. */
  readonly textured: Uint8Array;
  /** 1 where the camera kept the pixel in sight in at least half of the frames looked at. */
  readonly seen: Uint8Array;
}

const PEAK_FRAMES = 6;
/** Consecutive here means a quarter of a second: less drowns in the noise of the codec. */
const DRIFT_SECONDS = 0.25;
/** Mean length of the gradient over 9x9 pixels of which flow can be trusted, grey levels per pixel. */
const TEXTURE = 1.6;
/** Grey levels that a codec changes by itself. */
const CODEC_NOISE = 1;
/** Longer displacements of a part of a photo are wrong matches. */
const LONGEST = 0.12;

/** A frame as the camera would have seen it from where it stood in frame 0. */
export interface Held {
  readonly grey: Grey;
  /** 1 where the frame does show that place. */
  readonly inside: Uint8Array;
}

export const steady = (frame: Grey, transform: Similarity): Held => {
  const { width, height } = frame;
  const grey = { width, height, data: new Float32Array(width * height) };
  const inside = new Uint8Array(width * height);
  const { c, s, tx, ty } = transform;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const cx = x - (width - 1) / 2;
      const cy = y - (height - 1) / 2;
      const px = c * cx - s * cy + tx + (width - 1) / 2;
      const py = s * cx + c * cy + ty + (height - 1) / 2;
      grey.data[at] = sample(frame, px, py);
      inside[at] = px >= 0 && py >= 0 && px <= width - 1 && py <= height - 1 ? 1 : 0;
    }
  }
  return { grey, inside };
};

/** Frame `index` of the small ones: the transform of the nearest frame that was tracked. */
export const transformAt = ({ frames, transforms }: CameraTrack, index: number): Similarity => {
  let best = 0;
  for (const [i, frame] of frames.entries()) if (Math.abs(frame - index) < Math.abs((frames[best] as number) - index)) best = i;
  return transforms[best] as Similarity;
};

/** Frames evenly over the clip, but never at simple fractions of it, where a loop's copies are back where they began. */
const spread = (tracked: readonly number[], count: number): readonly number[] => {
  const places = Array.from({ length: count }, (_, i) => Math.round(((i + 0.83) / count) * (tracked.length - 1)));
  return [...new Set(places)].filter((place) => place > 0);
};

export const mapMotion = (greys: readonly Grey[], track: CameraTrack, fps: number): MotionMaps => {
  const [first] = greys as [Grey, ...Grey[]];
  const { width, height } = first;
  const diagonal = Math.hypot(width, height);
  const area = width * height;
  const steadied = new Map<number, Held>();
  const still = (place: number): Held => {
    const known = steadied.get(place) ?? steady(greys[track.frames[place] as number] as Grey, track.transforms[place] as Similarity);
    steadied.set(place, known);
    return known;
  };

  // 1 against frame 0
  const largest = new Float32Array(area);
  const peak = new Float32Array(area);
  const energy = new Float32Array(area);
  const places = spread(track.frames, PEAK_FRAMES);
  const sightings = new Uint8Array(area);
  for (const place of places) {
    const { grey, inside } = still(place);
    const flow = denseFlow(first, grey);
    for (let at = 0; at < area; at++) {
      if (!inside[at]) continue;
      sightings[at] = (sightings[at] as number) + 1;
      const length = Math.hypot(flow.u[at] as number, flow.v[at] as number) / diagonal;
      const shown = length > LONGEST ? 0 : length;
      if (shown > (largest[at] as number)) {
        peak[at] = largest[at] as number;
        largest[at] = shown;
      } else if (shown > (peak[at] as number)) peak[at] = shown;
      energy[at] = (energy[at] as number) + ((grey.data[at] as number) - (first.data[at] as number)) ** 2 / places.length;
    }
  }

  // 2 from each frame to one a quarter of a second later
  const step = Math.max(1, Math.round((DRIFT_SECONDS * fps) / Math.max(1, (track.frames[1] ?? 1) - (track.frames[0] ?? 0))));
  const driftX = new Float32Array(area);
  const driftY = new Float32Array(area);
  for (let place = 0; place + step < track.frames.length; place += step) {
    const flow: Flow = denseFlow(still(place).grey, still(place + step).grey, 3);
    for (let at = 0; at < area; at++) {
      driftX[at] = (driftX[at] as number) + (flow.u[at] as number) / diagonal;
      driftY[at] = (driftY[at] as number) + (flow.v[at] as number) / diagonal;
    }
  }

  // 3 light
  const low = new Float32Array(area).fill(255);
  const high = new Float32Array(area);
  const radius = Math.max(2, Math.round(width / 40));
  for (const place of [0, ...places]) {
    const mean = boxMean(still(place).grey, radius).data;
    for (let at = 0; at < area; at++) {
      low[at] = Math.min(low[at] as number, mean[at] as number);
      high[at] = Math.max(high[at] as number, mean[at] as number);
    }
  }

  const { gx, gy } = gradients(first);
  const length = { width, height, data: gx.map((x, i) => Math.hypot(x, gy[i] as number)) };
  return {
    ...{ width, height, peak, driftX, driftY },
    change: { energy, slope: length.data.map((value) => value * value) },
    light: high.map((value, i) => value - (low[i] as number)),
    textured: Uint8Array.from(boxMean(length, 4).data, (value) => (value > TEXTURE ? 1 : 0)),
    seen: Uint8Array.from(sightings, (count) => (2 * count >= places.length ? 1 : 0)),
  };
};

/** What one region does. Lengths are shares of the diagonal. */
export interface RegionMotion {
  /** Upper quartile of how far its textured pixels get; where most of it has no texture, what the change of brightness amounts to, if that is more. */
  readonly moved: number;
  /** Upper quartile of the range of brightness over the clip, 0..255. */
  readonly light: number;
  /** Where it went on the whole, x to the right, y down. */
  readonly drift: readonly [number, number];
  /** False when there is too little texture to see motion by flow. */
  readonly textured: boolean;
  readonly pixels: number;
}

const LEAST_TEXTURED_SHARE = 0.08;

/** Mean of the middle four fifths: a few wild matches at the edges of things must not turn a direction. */
const trimmedMean = (values: readonly number[]): number => {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.subarray(Math.floor(0.1 * sorted.length), Math.ceil(0.9 * sorted.length));
  return middle.length === 0 ? 0 : middle.reduce((sum, value) => sum + value, 0) / middle.length;
};

export const regionMotion = (maps: MotionMaps, mask: Mask): RegionMotion => {
  const diagonal = Math.hypot(maps.width, maps.height);
  const peaks: number[] = [];
  const lights: number[] = [];
  const driftX: number[] = [];
  const driftY: number[] = [];
  let [pixels, flat, energy, slope] = [0, 0, 0, 0];
  for (let at = 0; at < mask.data.length; at++) {
    if (!mask.data[at] || !maps.seen[at]) continue;
    pixels++;
    lights.push(maps.light[at] as number);
    if (!maps.textured[at]) {
      flat++;
      energy += maps.change.energy[at] as number;
      slope += maps.change.slope[at] as number;
      continue;
    }
    peaks.push(maps.peak[at] as number);
    driftX.push(maps.driftX[at] as number);
    driftY.push(maps.driftY[at] as number);
  }
  const count = peaks.length;
  const textured = count >= Math.max(30, LEAST_TEXTURED_SHARE * pixels);
  const followed = textured ? quantile(peaks, 0.75) : 0;
  // least squares: the shift whose change of brightness, gradient times shift, has this energy; half of a gradient lies across
  const implied = Math.sqrt((2 * Math.max(0, energy - CODEC_NOISE ** 2 * flat)) / Math.max(1e-6, slope)) / diagonal;
  return {
    // what little stands before a bare sky does not speak for the sky
    moved: count > flat ? followed : Math.max(followed, Math.min(implied, LONGEST)),
    light: quantile(lights, 0.75),
    drift: [trimmedMean(driftX), trimmedMean(driftY)],
    ...{ textured, pixels },
  };
};

/** Spread of motion over seeds: mean over the picture of (standard deviation over the maps) / mean. Near 0: every seed gives the same clip. */
export const seedDiversity = (maps: readonly MotionMaps[]): number => {
  const [first] = maps as [MotionMaps, ...MotionMaps[]];
  let [deviation, mean] = [0, 0];
  for (const axis of ['driftX', 'driftY', 'peak'] as const) {
    for (let at = 0; at < first.peak.length; at++) {
      const values = maps.map((one) => one[axis][at] as number);
      const average = values.reduce((sum, value) => sum + value, 0) / values.length;
      deviation += Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length);
      mean += values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
    }
  }
  return mean > 0 ? deviation / mean : 0;
};

/** The transform of frame 0 into a frame of another size than the tracked ones. */
export const transformFor = (track: CameraTrack, index: number, trackedWidth: number, width: number): Similarity =>
  rescale(transformAt(track, index), width / trackedWidth);
