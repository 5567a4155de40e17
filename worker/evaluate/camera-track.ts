/** What the camera does in a clip: the one similarity that most of the picture agrees on, frame by frame. */
import { random } from '../tensor/random.ts';
import { offsetsAtRest, type Sightings } from './at-rest.ts';
import { findCorners, follow, type Point, type Template, templateAt } from './corners.ts';
import { type Grey, pyramid } from './grey.ts';
import { addTurns, noTurn, type Turn, turnOf, turnsAround } from './roll.ts';
import { compose, fitSimilarity, identity, invert, type Match, missPx, type Similarity } from './similarity.ts';

/** Where the camera is against the first frame; signs as in worker/vision/camera.ts. */
export interface CameraPose {
  /** Shares of the width and height; pan to the right, tilt up. */
  readonly pan: number;
  readonly tilt: number;
  /** 1.2: things are a fifth larger. */
  readonly zoom: number;
  /** Degrees; clockwise, so that the picture turns counter-clockwise. In a track without the shear of sideways moves. */
  readonly rollDegrees: number;
}

export interface CameraTrack {
  /** Numbers of the frames that were looked at, from 0 on. */
  readonly frames: readonly number[];
  /** Where a point of frame 0 is in each of them, pixels from the centre. */
  readonly transforms: readonly Similarity[];
  readonly poses: readonly CameraPose[];
  /** The most extreme value of each axis against frame 0, with its sign. */
  readonly reach: CameraPose;
  /** Root mean square of what no smooth path explains, as a share of the diagonal. */
  readonly jitter: number;
  /** Share of the corners that agree, on average. */
  readonly agreement: number;
}

const INLIER_PX = 1;
const STILL_PX = 0.5;
/** The last rounds leave out what sways by little more than the tracker's own error. */
const NARROWING_PX = [1.2, 0.9, 0.6, 0.4, 0.4] as const;
/** A moving camera leaves almost no point where it was; so many at rest mean that it is the rest that moves. */
const STILL_SHARE = 0.2;
const TRIES = 160;
/** When fewer than this share of the corners is still in sight, new ones are looked for. */
const LOST_SHARE = 0.45;
/** Below this there is nothing to hold on to. */
const LEAST_CORNERS = 8;

export const poseOf = (transform: Similarity, { width, height }: { readonly width: number; readonly height: number }): CameraPose => {
  // the point of frame 0 that the camera looks at now
  const { tx, ty } = invert(transform);
  return {
    pan: tx / width,
    tilt: -ty / height,
    zoom: Math.hypot(transform.c, transform.s),
    rollDegrees: (-Math.atan2(transform.s, transform.c) * 180) / Math.PI,
  };
};

/**
 * @param greys frames of a clip, about 320 pixels on the longer side
 * @param every how many-th frame is looked at; the last one always is
 * @source Fischler and Bolles 1981 for the search (RANSAC); each hypothesis is weighed by how much of the picture agrees
 */
export const trackCamera = (greys: readonly Grey[], every = 2): CameraTrack => {
  const [first] = greys as [Grey, ...Grey[]];
  const { width, height } = first;
  const frames = greys.map((_, i) => i).filter((i) => i % every === 0 || i === greys.length - 1);
  const transforms: Similarity[] = [];
  const turns: Turn[] = [];
  const shares: number[] = [];

  const keyOf = (grey: Grey, levels: readonly Grey[], transform: Similarity, turn: Turn) => ({
    corners: findCorners(grey).map((corner): Template => templateAt(levels, corner)),
    ...{ transform, turn },
  });
  let key = keyOf(first, pyramid(first, 4), identity, noTurn);
  let places: (Point | null)[] = [...key.corners];
  let part: { corners: readonly Point[]; places: (readonly (Point | null)[])[] } = { corners: key.corners, places: [] };
  const parts: Sightings[] = [part];
  let last = identity;
  const centred = ({ x, y }: Point): Point => ({ x: x - (width - 1) / 2, y: y - (height - 1) / 2 });
  const expected = ({ x, y }: Point, { c, s, tx, ty }: Similarity): Point => {
    const from = centred({ x, y });
    return { x: c * from.x - s * from.y + tx + (width - 1) / 2, y: s * from.x + c * from.y + ty + (height - 1) / 2 };
  };

  for (const index of frames) {
    const levels = pyramid(greys[index] as Grey, 4);
    const sinceKey = compose(last, invert(key.transform));
    places = key.corners.map((corner, i) => follow(corner, levels, places[i] ?? expected(corner, sinceKey)));
    part.places.push(places);
    const matches: Match[] = [];
    for (const [i, place] of places.entries()) {
      if (!place) continue;
      const [from, to] = [centred(key.corners[i] as Template), centred(place)];
      matches.push({ x0: from.x, y0: from.y, x1: to.x, y1: to.y });
    }
    const found = agreeOn(matches, sinceKey, { width, height });
    last = compose(found.transform, key.transform);
    const turn = addTurns(key.turn, turnOf(matches, found.transform));
    transforms.push(last);
    turns.push(turn);
    shares.push(found.share);
    if (matches.length < LOST_SHARE * key.corners.length) {
      key = keyOf(greys[index] as Grey, levels, last, turn);
      places = [...key.corners];
      part = { corners: key.corners, places: [] };
      parts.push(part);
    }
  }

  const rest = offsetsAtRest(parts, first);
  const path = rest ? rest.map(({ x, y }): Similarity => ({ ...identity, tx: x, ty: y })) : transforms;
  const angles = rest ? rest.map(() => 0) : turnsAround(turns);
  const poses = path.map((one, i) => ({ ...poseOf(one, first), rollDegrees: (-(angles[i] as number) * 180) / Math.PI }));
  return {
    frames,
    transforms: path,
    poses,
    reach: {
      pan: extreme(poses.map(({ pan }) => pan)),
      tilt: extreme(poses.map(({ tilt }) => tilt)),
      zoom: Math.exp(extreme(poses.map(({ zoom }) => Math.log(zoom)))),
      rollDegrees: extreme(poses.map(({ rollDegrees }) => rollDegrees)),
    },
    jitter: jitterOf(poses, width, height),
    agreement: shares.reduce((sum, share) => sum + share, 0) / shares.length,
  };
};

const extreme = (values: readonly number[]): number => values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);

/** The transform that holds over most of the picture. Cells of a coarse grid vote, each with the share of its points that agree. */
const agreeOn = (
  matches: readonly Match[],
  previous: Similarity,
  { width, height }: { readonly width: number; readonly height: number },
): { readonly transform: Similarity; readonly share: number } => {
  if (matches.length < LEAST_CORNERS) return { transform: previous, share: 0 };
  const cells = matches.map(({ x0, y0 }) => Math.floor((y0 / height + 0.5) * 6) * 8 + Math.floor((x0 / width + 0.5) * 8));
  const population = new Float32Array(64);
  for (const cell of cells) population[cell] = (population[cell] as number) + 1;
  const votes = (transform: Similarity, withinPx: number): number => {
    let sum = 0;
    for (const [i, match] of matches.entries()) if (missPx(transform, match) < withinPx) sum += 1 / (population[cells[i] as number] as number);
    return sum;
  };
  const refine = (start: Similarity): Similarity => {
    let transform = start;
    for (const withinPx of NARROWING_PX) {
      const near = matches.filter((match) => missPx(transform, match) < withinPx);
      if (near.length >= LEAST_CORNERS) transform = fitSimilarity(near) ?? transform;
    }
    return transform;
  };
  const shareOf = (transform: Similarity): number => matches.filter((match) => missPx(transform, match) < INLIER_PX).length / matches.length;

  const cellCount = population.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  if (votes(identity, STILL_PX) > STILL_SHARE * cellCount) {
    const transform = refine(identity);
    return { transform, share: shareOf(transform) };
  }
  const draw = random(1);
  let best = previous;
  let most = votes(previous, INLIER_PX);
  for (let i = 0; i < TRIES; i++) {
    const pair = [matches[draw.u32() % matches.length] as Match, matches[draw.u32() % matches.length] as Match];
    const hypothesis = fitSimilarity(pair);
    if (!hypothesis || Math.abs(Math.hypot(hypothesis.c, hypothesis.s) - 1) > 0.6) continue;
    const count = votes(hypothesis, INLIER_PX);
    if (count > most) [best, most] = [hypothesis, count];
  }
  const transform = refine(best);
  return { transform, share: shareOf(transform) };
};

/** What is left of pan and tilt after the best polynomial of fifth degree over time, which follows any smooth move and return. */
const jitterOf = (poses: readonly CameraPose[], width: number, height: number): number => {
  const diagonal = Math.hypot(width, height);
  const x = residual(poses.map(({ pan }) => (pan * width) / diagonal));
  const y = residual(poses.map(({ tilt }) => (tilt * height) / diagonal));
  return Math.sqrt((x + y) / poses.length);
};

/** Sum of squares that remains after projecting out discrete polynomials up to the fifth degree (Gram-Schmidt). */
const residual = (values: readonly number[]): number => {
  const n = values.length;
  const basis: Float64Array[] = [];
  const rest = Float64Array.from(values);
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  for (let degree = 0; degree <= Math.min(5, n - 2); degree++) {
    const power = Float64Array.from({ length: n }, (_, i) => ((2 * i) / Math.max(1, n - 1) - 1) ** degree);
    for (const known of basis) {
      const share = dot(power, known);
      for (let i = 0; i < n; i++) power[i] = (power[i] as number) - share * (known[i] as number);
    }
    const length = Math.sqrt(dot(power, power));
    const unit = power.map((value) => value / length);
    basis.push(unit);
    const share = dot(rest, unit);
    for (let i = 0; i < n; i++) rest[i] = (rest[i] as number) - share * (unit[i] as number);
  }
  return dot(rest, rest);
};
