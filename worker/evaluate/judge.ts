/** What was measured against what was expected: one verdict per question that the shot asks. */

import { BENT_PX } from './jelly.ts';
import type { CameraAxis, Expectation } from './list.ts';
import type { Measures } from './measure.ts';

export const questions = [
  'camera',
  'still',
  'moves',
  'only',
  'drift',
  'nothing',
  'seam',
  'first frame',
  'warp error',
  'sharpness',
  'jelly',
  'ghosts',
  'alive',
] as const;
export type Question = (typeof questions)[number];

export interface Verdict {
  readonly question: Question;
  readonly passed: boolean;
  /** The figures behind it, for people. */
  readonly because: string;
}

/** From here on a move is seen; shares of width and height, logarithm of the zoom, degrees, shares of the diagonal. */
const SEEN = { pan: 0.02, tilt: 0.02, zoom: 0.03, roll: 0.8, orbit: 0.006, handheld: 0.0008 } as const;
/** Below this a camera stands still. */
const STILL = { shift: 0.008, zoom: 0.01, rollDegrees: 0.35, jitter: 0.0006 } as const;
/** One full move of each axis, to compare them with each other. */
const FULL = { pan: 0.14, tilt: 0.13, zoom: 0.25, roll: 6.3 } as const;
/** An axis that nobody asked for may be this share of the strongest one that was. */
const STRAY = 0.5;
/** What else is seen of a move that is well made: whoever rolls must zoom in to hide the corners, whoever rises sees the picture sink. */
const implied: Readonly<Record<CameraAxis, readonly (keyof typeof FULL)[]>> = {
  pan: ['pan'],
  tilt: ['tilt'],
  zoom: ['zoom'],
  roll: ['roll', 'zoom'],
  dolly: ['zoom'],
  orbit: ['pan', 'zoom'],
  crane: ['tilt', 'zoom'],
  handheld: ['pan', 'tilt', 'zoom', 'roll'],
};

/** The targets, and what the metrics of this folder add where it names no number. */
export const TARGET = {
  moves: 0.004,
  /** Range of brightness that counts as flickering light, 0..255. */
  light: 8,
  only: 2,
  /** Least drift over the clip, share of the diagonal. */
  drift: 0.0015,
  /** Cosine of 45 degrees. */
  driftCosine: Math.SQRT1_2,
  seam: 1.3,
  firstFrameDecibels: 34,
  warpError: 1,
  sharpness: 0.9,
  ghostShare: 0.02,
} as const;

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** How a clip was asked for, and what its engine said about it. */
interface Asked {
  readonly loop?: boolean | undefined;
  /** The engine said that it found nothing that could move as asked; it then owes a small push-in instead of a still camera. */
  readonly nothingFound?: boolean | undefined;
}

/** Verdicts on whatever the shot asks, and on the quality that every clip owes. */
export const judge = (measures: Measures, expect: Expectation = {}, asked: Asked = {}): readonly Verdict[] => {
  const { firstFrame, frozen, seam, warpError, sharpness, jelly, ghosts } = measures;
  const verdicts: Verdict[] = [];
  const say = (question: Question, passed: boolean, because: string): void => void verdicts.push({ question, passed, because });

  if (expect.camera) judgeCamera(measures, expect.camera, say);
  if (expect.still) say('still', asked.nothingFound ? isSmallPush(measures) : isStill(measures), cameraText(measures));
  if (expect.moves) judgeRegions(measures, expect, say);
  if (expect.drift) judgeDrift(measures, expect, say);
  if (expect.nothing) {
    say('nothing', isSmallPush(measures) && measures.whole.moved < TARGET.moves, `${cameraText(measures)}; things move ${percent(measures.whole.moved, 2)}`);
  }

  if (asked.loop) say('seam', seam === null || seam <= TARGET.seam, seam === null ? 'hardly moves' : seam.toFixed(2));
  if (firstFrame.whole) say('first frame', firstFrame.decibels >= TARGET.firstFrameDecibels, `${firstFrame.decibels.toFixed(1)} dB`);
  say('warp error', warpError <= TARGET.warpError, warpError.toFixed(2));
  say('sharpness', sharpness.kept >= TARGET.sharpness, percent(sharpness.kept, 0));
  say('jelly', jelly.bent.length === 0, `${jelly.worstPx.toFixed(1)} px in the worst of ${jelly.edgeCount} edges (bent above ${BENT_PX} px)`);
  say('ghosts', ghosts.share <= TARGET.ghostShare, `${percent(ghosts.share)} of the blocks`);
  say('alive', !frozen, frozen ? 'a still picture' : 'moves');
  return verdicts;
};

export type Say = (question: Question, passed: boolean, because: string) => void;

export const cameraText = ({ camera: { pan, tilt, zoom, rollDegrees, jitter } }: Measures): string =>
  `pan ${percent(pan)}, tilt ${percent(tilt)}, zoom ${zoom.toFixed(3)}, roll ${rollDegrees.toFixed(1)}°, jitter ${percent(jitter, 2)}`;

const isStill = ({ camera }: Measures): boolean =>
  Math.abs(camera.pan) < STILL.shift &&
  Math.abs(camera.tilt) < STILL.shift &&
  Math.abs(camera.zoom - 1) < STILL.zoom &&
  Math.abs(camera.rollDegrees) < STILL.rollDegrees &&
  camera.jitter < STILL.jitter;

/** Stillness included. */
const isSmallPush = ({ camera: { pan, tilt, zoom, rollDegrees } }: Measures): boolean =>
  Math.abs(pan) < 0.03 && Math.abs(tilt) < 0.03 && zoom > 0.99 && zoom < 1.2 && Math.abs(rollDegrees) < STILL.rollDegrees;

/** Every axis that was asked for has the right sign and is seen; no other one comes near the strongest of them. */
const judgeCamera = (measures: Measures, wanted: NonNullable<Expectation['camera']>, say: Say): void => {
  const { pan, tilt, zoom, rollDegrees, jitter, parallax } = measures.camera;
  const depth = Math.log(zoom);
  const seen: Readonly<Record<CameraAxis, (sign: number) => boolean>> = {
    pan: (sign) => sign * pan >= SEEN.pan,
    tilt: (sign) => sign * tilt >= SEEN.tilt,
    zoom: (sign) => sign * depth >= SEEN.zoom,
    roll: (sign) => sign * rollDegrees >= SEEN.roll,
    dolly: (sign) => sign * depth >= SEEN.zoom,
    orbit: (sign) => sign * parallax.x >= SEEN.orbit,
    crane: (sign) => sign * tilt >= SEEN.tilt || sign * parallax.y >= SEEN.orbit,
    handheld: () => jitter >= SEEN.handheld,
  };
  const axes = Object.entries(wanted).filter((entry): entry is [CameraAxis, 1 | -1] => entry[1] !== undefined);
  const missed = axes.filter(([axis, sign]) => !seen[axis](sign)).map(([axis, sign]) => `${sign > 0 ? '+' : '-'}${axis} not seen`);

  const strength = {
    pan: Math.abs(pan) / FULL.pan,
    tilt: Math.abs(tilt) / FULL.tilt,
    zoom: Math.abs(depth) / FULL.zoom,
    roll: Math.abs(rollDegrees) / FULL.roll,
  };
  const least = { pan: SEEN.pan / FULL.pan, tilt: SEEN.tilt / FULL.tilt, zoom: SEEN.zoom / FULL.zoom, roll: SEEN.roll / FULL.roll };
  const allowed = new Set(axes.flatMap(([axis]) => implied[axis]));
  const strongest = Math.max(0, ...[...allowed].map((axis) => strength[axis]));
  const stray = (Object.keys(strength) as (keyof typeof strength)[])
    .filter((axis) => !allowed.has(axis) && strength[axis] > Math.max(least[axis], STRAY * strongest))
    .map((axis) => `${axis} not asked for`);
  const problems = [...missed, ...stray];
  say('camera', problems.length === 0, [...problems, cameraText(measures), `parallax ${percent(parallax.x)}, ${percent(parallax.y)}`].join('; '));
};

/** Each named region moves or flickers; with "only", at least twice as much as whatever else moves most. */
export const judgeRegions = ({ regions, elsewhere }: Pick<Measures, 'regions' | 'elsewhere'>, { moves = [], only }: Expectation, say: Say): void => {
  const named = moves.flatMap((name) => {
    const region = regions[name];
    return region ? [{ name, ...region, alive: region.moved >= TARGET.moves || region.light >= TARGET.light }] : [];
  });
  const text = (name: string, { moved, light, textured }: { moved: number; light: number; textured: boolean }): string =>
    `${name} ${percent(moved, 2)}${textured ? '' : ' (flat)'}, light ${light.toFixed(0)}`;
  const all = named.length === moves.length && named.every(({ alive }) => alive);
  say('moves', all, named.map((region) => text(region.name, region)).join('; '));
  if (!only) return;
  const others = Object.entries(regions).filter(([name]) => !moves.includes(name));
  if (elsewhere && elsewhere.pixels > 0) others.push(['elsewhere', elsewhere]);
  // a region that only flickers is compared by its light
  const quantity = named.every(({ moved }) => moved >= TARGET.moves) ? 'moved' : 'light';
  const inside = Math.min(...named.map((region) => region[quantity]));
  const loudest = others.reduce((most, other) => (other[1][quantity] > most[1][quantity] ? other : most), [
    'nothing',
    { moved: 0, light: 0, textured: true },
  ] as [string, { moved: number; light: number; textured: boolean }]);
  say('only', all && inside >= TARGET.only * loudest[1][quantity], `most beside it: ${text(...loudest)}`);
};

/** The moving regions together, or the whole picture, drift within 45 degrees of what was asked. */
const judgeDrift = ({ regions, whole }: Measures, { drift, moves = [] }: Expectation, say: Say): void => {
  if (!drift) return;
  const named = moves.flatMap((name) => regions[name] ?? []);
  const parts = named.length > 0 ? named : [whole];
  const pixels = parts.reduce((sum, part) => sum + part.pixels, 0);
  const mean = (axis: 0 | 1): number => parts.reduce((sum, part) => sum + (part.drift[axis] * part.pixels) / Math.max(1, pixels), 0);
  const [dx, dy] = [mean(0), mean(1)];
  const length = Math.hypot(dx, dy);
  const cosine = (dx * drift[0] + dy * drift[1]) / (Math.max(1e-9, length) * Math.hypot(...drift));
  const degrees = (Math.atan2(dy, dx) * 180) / Math.PI;
  say(
    'drift',
    length >= TARGET.drift && cosine >= TARGET.driftCosine,
    `${percent(length, 2)} towards ${degrees.toFixed(0)}° (0 right, 90 down), asked ${((Math.atan2(drift[1], drift[0]) * 180) / Math.PI).toFixed(0)}°`,
  );
};
