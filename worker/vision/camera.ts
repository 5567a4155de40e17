/** Where a virtual camera looks in a flat photo with depth, over the time of a clip. */
import { clamp } from '../tensor/ops.ts';

/**
 * How far the camera goes; 1 is a full normal move.
 * pan: to the right · tilt: up · zoom: in · roll: clockwise · dolly: forward · orbit: to the right · crane: up · handheld: 0..1.
 */
export interface CameraMove {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
  readonly roll: number;
  readonly dolly: number;
  readonly orbit: number;
  readonly crane: number;
  readonly handheld: number;
}

const axes = ['pan', 'tilt', 'zoom', 'roll', 'dolly', 'orbit', 'crane', 'handheld'] as const satisfies readonly (keyof CameraMove)[];

/** Below this the words did not ask for an axis. */
const SAID = 0.15;

/**
 * The sampled camera as far as the words asked for it: an axis nobody named is exactly 0, a named one has the sign
 * that was said and at least half, at most one and a half times, the strength that was said.
 * @param sampled 8 numbers of the denoiser
 * @param hint 8 numbers of the text program, in the same order
 */
export const gateCamera = (sampled: ArrayLike<number>, hint: ArrayLike<number>): CameraMove => {
  const gated = axes.map((_, i) => {
    const said = hint[i] as number;
    if (Math.abs(said) < SAID) return 0;
    const along = (sampled[i] as number) * Math.sign(said);
    return Math.sign(said) * clamp(along, 0.6 * Math.abs(said), 1.4 * Math.abs(said));
  });
  const [pan, tilt, zoom, roll, dolly, orbit, crane, handheld] = gated as [number, number, number, number, number, number, number, number];
  return { pan, tilt, zoom, roll, dolly, orbit, crane, handheld: Math.abs(handheld) };
};

export const isStill = (move: CameraMove): boolean => axes.every((axis) => move[axis] === 0);

const scaleMove = (move: CameraMove, factor: number): CameraMove =>
  Object.fromEntries(axes.map((axis) => [axis, move[axis] * factor])) as unknown as CameraMove;

export interface View {
  /** 2x3 matrix, row major: from a pixel of the frame to the place in the photo; x and y run -1..1 over the picture. */
  readonly pose: readonly [number, number, number, number, number, number];
  /** Added per unit of depth (0 far, 1 near): x, y, and a factor of the place itself. */
  readonly parallax: readonly [number, number, number];
}

export interface CameraPath {
  /** True when the first frame does not show the whole photo. */
  readonly cropped: boolean;
  /** @param time 0 at the first frame, 1 at the last one (at the first again in a loop) */
  at(time: number): View;
}

/** Full moves: shares of the width or height, zoom factors, radians. */
const PAN = 0.14;
const TILT = 0.13;
const ZOOM = 1.28;
const ROLL = 0.11;
const DOLLY = { far: 1.07, near: 0.1 };
const ORBIT = 0.07;
const CRANE = { far: 0.07, near: 0.08 };
const HANDHELD = { shift: 0.008, roll: 0.005 };

/** Slow start, slow end. */
const ease = (time: number): number => time * time * (3 - 2 * time);

/** A sum of waves, whole numbers of them per clip, within -2..2 and 0 at time 0. */
const tremble = (time: number, seconds: number, phase: number): number => {
  let sum = 0;
  for (const [hertz, share] of [
    [0.5, 0.55],
    [1.1, 0.3],
    [2.3, 0.15],
  ] as const) {
    const turns = 2 * Math.PI * Math.max(1, Math.round(hertz * seconds)) * time;
    sum += share * (Math.sin(turns + phase * (1 + hertz)) - Math.sin(phase * (1 + hertz)));
  }
  return sum;
};

/** Whether a view is the photo itself, pixel for pixel. */
export const isWholePhoto = ({ pose, parallax }: View): boolean =>
  [1, 0, 0, 0, 1, 0].every((value, i) => Math.abs((pose[i] as number) - value) < 1e-6) && parallax.every((value) => value === 0);

/**
 * A path that never shows what lies beyond the photo. Zooming in, rolling, orbiting and handheld start on the whole photo;
 * panning, tilting, craning, zooming and dollying out start on a part of it, because nothing outside is known.
 * @param motion multiplies the move
 */
export const cameraPath = (
  wanted: CameraMove,
  clip: { readonly widthPx: number; readonly heightPx: number; readonly seconds: number; readonly loop: boolean; readonly motion: number },
): CameraPath => {
  const move = scaleMove(wanted, clip.motion);
  const aspect = clip.widthPx / clip.heightPx;
  const panRange = clamp(move.pan * PAN, -0.35, 0.35);
  const riseRange = clamp(move.tilt * TILT + move.crane * CRANE.far, -0.35, 0.35);

  const at = (time: number): View => {
    // 1 how far along: 0 → 1, or out and back in a loop
    const along = clip.loop ? (1 - Math.cos(2 * Math.PI * time)) / 2 : ease(time);
    const reach = (amount: number): number => (amount >= 0 ? amount * along : -amount * (1 - along));
    const shaking = move.handheld * (clip.loop ? Math.min(1, 6 * along) : Math.min(1, 6 * time));

    // 2 zoom and dolly; their negatives run backwards, from close to whole
    const dolly = clamp(reach(move.dolly), 0, 2.5);
    const zoom = (1 + (ZOOM - 1) * reach(move.zoom)) * (1 + (DOLLY.far - 1) * dolly);
    const deeper = (-DOLLY.near * dolly) / (1 + (DOLLY.far - 1) * dolly);

    // 3 shifts in units of the half width and half height; parallax per unit of depth
    const orbit = clamp(move.orbit * ORBIT, -0.2, 0.2) * along * 2;
    const craneNear = clamp(move.crane * CRANE.near, -0.25, 0.25);
    const shakeX = shaking * HANDHELD.shift * tremble(time, clip.seconds, 1.3) * 2;
    const shakeY = shaking * HANDHELD.shift * aspect ** 0.5 * tremble(time, clip.seconds, 4.1) * 2;
    const x = panRange * 2 * (along - 0.5) - orbit / 2 + shakeX;
    const y = -riseRange * 2 * (along - 0.5) + shakeY;
    const parallaxX = orbit;
    const parallaxY = -craneNear * 2 * (along - 0.5);
    const angle = clamp(move.roll * ROLL, -0.5, 0.5) * along + shaking * HANDHELD.roll * tremble(time, clip.seconds, 2.2);

    // 4 the largest window that stays inside; shifts count with their extremes, so that a pan keeps its zoom
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    const shakeRoom = shaking * HANDHELD.shift * 4;
    const roomX = 1 - Math.abs(panRange) - Math.abs(orbit) / 2 - shakeRoom;
    const roomY = 1 - Math.abs(riseRange) - Math.abs(craneNear) - shakeRoom * aspect ** 0.5;
    const shakeTilt = shaking * HANDHELD.roll * 2;
    const tilt = Math.min(Math.abs(sin) + shakeTilt, 1);
    const fit = Math.min(roomX / (Math.abs(cos) + tilt / aspect), roomY / (Math.abs(cos) + tilt * aspect));
    const scale = Math.max(0.2, Math.min(1, fit)) / zoom;

    return {
      pose: [scale * cos, (-scale * sin) / aspect, x, scale * sin * aspect, scale * cos, y],
      parallax: [parallaxX, parallaxY, deeper],
    };
  };

  const first = at(0);
  const cropped = first.pose[0] < 0.995 || Math.abs(first.pose[2]) > 0.005 || Math.abs(first.parallax[2]) > 0.005;
  return { cropped, at };
};
