/** The camera as measured against cameras that are known, also when much of the picture moves by itself. */
import { describe, expect, it } from 'vitest';
import { trackCamera } from '../../../worker/evaluate/camera-track.ts';
import { measureParallax } from '../../../worker/evaluate/parallax.ts';
import { noTurn, turnsAround } from '../../../worker/evaluate/roll.ts';
import { draw, film, HEIGHT, seenFrom, texture, WIDTH } from './scene.ts';

const FRAMES = 13;
const moving = (move: (time: number) => { pan?: number; tilt?: number; zoom?: number; roll?: number }) =>
  film(FRAMES, (x, y, time) => texture(...seenFrom(x, y, move(time))));

describe('the camera of a clip', () => {
  it('goes right and up by as much as it did', () => {
    const { reach, agreement } = trackCamera(moving((time) => ({ pan: 0.1 * WIDTH * time, tilt: 0.05 * HEIGHT * time })));
    expect(reach.pan).toBeCloseTo(0.1, 2);
    expect(reach.tilt).toBeCloseTo(0.05, 2);
    expect(reach.zoom).toBeCloseTo(1, 2);
    expect(agreement).toBeGreaterThan(0.9);
  });
  it('goes left and down with the other signs', () => {
    const { reach } = trackCamera(moving((time) => ({ pan: -0.08 * WIDTH * time, tilt: -0.06 * HEIGHT * time })));
    expect(reach.pan).toBeCloseTo(-0.08, 2);
    expect(reach.tilt).toBeCloseTo(-0.06, 2);
  });
  it('zooms in and out', () => {
    expect(trackCamera(moving((time) => ({ zoom: 1 + 0.25 * time }))).reach.zoom).toBeCloseTo(1.25, 2);
    expect(trackCamera(moving((time) => ({ zoom: 1 - 0.2 * time }))).reach.zoom).toBeCloseTo(0.8, 2);
  });
  it('rolls clockwise when the picture turns the other way', () => {
    const { reach } = trackCamera(moving((time) => ({ roll: 0.1 * time })));
    expect(reach.rollDegrees).toBeCloseTo((0.1 * 180) / Math.PI, 1);
  });
  it('is found out and back in a loop', () => {
    expect(trackCamera(moving((time) => ({ pan: 0.1 * WIDTH * Math.sin(Math.PI * time) }))).reach.pan).toBeCloseTo(0.1, 2);
  });
  it('stands still below a sky that covers most of the picture and drifts', () => {
    const { reach, jitter } = trackCamera(film(FRAMES, (x, y, time) => (y < 0.6 * HEIGHT ? texture(x - 12 * time, y) : texture(x, y + 300))));
    expect(Math.abs(reach.pan)).toBeLessThan(0.003);
    expect(Math.abs(reach.zoom - 1)).toBeLessThan(0.005);
    expect(jitter).toBeLessThan(0.0004);
  });
  it('is followed although a third of the picture moves otherwise', () => {
    const frames = film(FRAMES, (x, y, time) => {
      const [px, py] = seenFrom(x, y, { pan: 0.1 * WIDTH * time });
      return y < HEIGHT / 3 ? texture(px + 15 * time, py - 500) : texture(px, py);
    });
    expect(trackCamera(frames).reach.pan).toBeCloseTo(0.1, 2);
  });
  /** Waves that swell and turn, each place of the water in its own time. */
  const sea = (x: number, y: number, time: number): number =>
    texture(x + 5 * Math.sin(9 * time + x / 23 + y / 31) - 5 * Math.sin(x / 23 + y / 31), y + 4 * Math.sin(7 * time + y / 17) - 4 * Math.sin(y / 17));
  const bird = (x: number, y: number): boolean => ((x - 0.45 * WIDTH) / (0.3 * WIDTH)) ** 2 + ((y - 0.3 * HEIGHT) / (0.13 * HEIGHT)) ** 2 < 1;
  it('stands still where nothing but a bird before the sea does', () => {
    const { reach, jitter } = trackCamera(film(FRAMES, (x, y, time) => (bird(x, y) ? texture(x + 400, y) : sea(x, y, time))));
    expect(Math.hypot(reach.pan, reach.tilt)).toBeLessThan(0.003);
    expect(reach.zoom).toBeCloseTo(1, 3);
    expect(Math.abs(reach.rollDegrees)).toBeLessThan(0.05);
    expect(jitter).toBeLessThan(0.0004);
  });
  it('is followed over a sea that moves in two thirds of the picture', () => {
    const frames = film(FRAMES, (x, y, time) => {
      const [px, py] = seenFrom(x, y, { pan: 0.1 * WIDTH * time });
      return py > HEIGHT / 3 ? sea(px, py, time) : texture(px, py + 300);
    });
    expect(trackCamera(frames).reach.pan).toBeCloseTo(0.1, 1);
  });
  it('moves although what it goes around keeps its place', () => {
    const frames = film(FRAMES, (x, y, time) => (Math.hypot(x - WIDTH / 2, y - HEIGHT / 2) < 14 ? texture(x, y) : texture(x + 0.1 * WIDTH * time + 90, y)));
    expect(trackCamera(frames).reach.pan).toBeCloseTo(0.1, 2);
  });
  it('trembles in a hand and not on rails', () => {
    const shaky = moving((time) => ({ pan: 0.7 * Math.sin(40 * time), tilt: 0.5 * Math.sin(33 * time + 1) }));
    const smooth = moving((time) => ({ pan: 0.12 * WIDTH * time * time * (3 - 2 * time) }));
    expect(trackCamera(shaky, 1).jitter).toBeGreaterThan(0.0015);
    expect(trackCamera(smooth, 1).jitter).toBeLessThan(0.0004);
  });
});

describe('a roll beside the shear of a sideways move', () => {
  /** Ground seen from a camera that goes sideways by `sideways` pixels between the upper and the lower edge, with bumps, and turns by `roll` radians. */
  const ground = (sideways: number, roll: number, upright = 0) =>
    film(FRAMES, (x, y, time) => {
      const [px, py] = seenFrom(x, y, { roll: roll * time });
      const bumps = 0.12 * Math.sin(py / 9) * Math.sin(px / 15);
      return texture(px + time * sideways * (py / HEIGHT - 0.5 + bumps), py + time * upright * (px / WIDTH - 0.5 + bumps));
    });
  const degrees = (frames: ReturnType<typeof film>): number => trackCamera(frames).reach.rollDegrees;
  /** The turn that a similarity sees in a shear: half of it. */
  const mistaken = (px: number, across: number): number => (Math.atan(px / across / 2) * 180) / Math.PI;

  it.each([0.05, -0.05])('counts in full without any shear: %f rad', (roll) => {
    expect(degrees(ground(0, roll))).toBeCloseTo((roll * 180) / Math.PI, 1);
  });
  it.each([12, -12])('is none in a shear alone: %i px', (sideways) => {
    expect(Math.abs(degrees(ground(sideways, 0)))).toBeLessThan(0.15 * Math.abs(mistaken(sideways, HEIGHT)));
  });
  it.each([12, -12])('is none where an upright move shears the columns: %i px', (upright) => {
    expect(Math.abs(degrees(ground(0, 0, upright)))).toBeLessThan(0.3 * Math.abs(mistaken(upright, WIDTH)));
  });
  it.each([
    [12, 0.05],
    [12, -0.05],
    [-12, 0.05],
    [-12, -0.05],
  ])('counts in full beside a shear: %i px and %f rad', (sideways, roll) => {
    const share = (degrees(ground(sideways, roll)) * Math.PI) / 180 / roll;
    expect(share).toBeGreaterThan(0.88);
    expect(share).toBeLessThan(1.12);
  });
});

describe('the way of a sideways move', () => {
  it('is decided once for the whole clip', () => {
    const turns = [noTurn, { rows: 0.02, columns: 0.001, across: 0.6, down: 0.5 }, { rows: 0.03, columns: 0.001, across: 0.5, down: 1.4 }];
    expect(turnsAround(turns)).toEqual([0, 0.001, 0.001]);
    // the other way round across leaves more
    expect(turnsAround([{ rows: 0.02, columns: 0.001, across: 1.2, down: 0.5 }])).toEqual([0.02]);
  });
  it('is not told by the error of the tracker', () => {
    expect(turnsAround([{ rows: 0.001, columns: 0.08, across: 0.15, down: 0.28 }])).toEqual([0.001]);
  });
});

describe('parallax', () => {
  it('is to the right when what is below goes left against what is above, and none for a roll', () => {
    const orbit = film(FRAMES, (x, y, time) => texture(x + (time * 0.06 * WIDTH * (y - HEIGHT / 2)) / HEIGHT, y));
    expect(measureParallax(orbit, trackCamera(orbit)).x).toBeCloseTo(0.06, 2);
    const roll = moving((time) => ({ roll: 0.08 * time }));
    expect(Math.abs(measureParallax(roll, trackCamera(roll)).x)).toBeLessThan(0.01);
  });
  it('is nothing in a picture without texture', () => {
    const flat = [draw(() => 90), draw(() => 90), draw(() => 90)];
    expect(measureParallax(flat, trackCamera(flat))).toEqual({ x: 0, y: 0 });
  });
});
