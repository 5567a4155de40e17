/** Every metric of quality on a good clip and on a bad one. */
import { describe, expect, it } from 'vitest';
import { findEdges } from '../../../worker/evaluate/edges.ts';
import { psnr, sharpnessKept } from '../../../worker/evaluate/fidelity.ts';
import { ghostsOf } from '../../../worker/evaluate/ghosts.ts';
import { boxMean, type Grey } from '../../../worker/evaluate/grey.ts';
import { BENT_PX, jellyOf, type Pliant } from '../../../worker/evaluate/jelly.ts';
import type { Held } from '../../../worker/evaluate/motion.ts';
import { isCloth, isHair, maskOf } from '../../../worker/evaluate/regions.ts';
import { identity } from '../../../worker/evaluate/similarity.ts';
import { isFrozen, loopSeam, warpBetweenNeighbours } from '../../../worker/evaluate/stability.ts';
import { draw, film, step, texture } from './scene.ts';

/** A frame of a camera that stands still. */
const held = (grey: Grey): Held => ({ grey, inside: new Uint8Array(grey.data.length).fill(1) });

describe('the seam of a loop', () => {
  it('is as small as any other step when the loop closes', () => {
    const around = (time: number): [number, number] => [3 * Math.sin(2 * Math.PI * time), 3 * Math.cos(2 * Math.PI * time)];
    const frames = film(25, (x, y, time) => texture(x + around(time)[0], y + around(time)[1])).slice(0, 24);
    expect(loopSeam(frames)).toBeLessThan(1.3);
  });
  it('is large when the last frame is far from the first', () => {
    expect(loopSeam(film(24, (x, y, time) => texture(x + 12 * time, y)))).toBeGreaterThan(5);
  });
  it('says nothing about a clip that stands still', () => {
    expect(loopSeam(film(6, texture))).toBeNull();
  });
});

describe('neighbouring frames', () => {
  const calm = film(12, (x, y, time) => texture(x + 9 * time, y));
  it('are each other moved on', () => {
    const { error, consistency } = warpBetweenNeighbours(calm);
    expect(error).toBeLessThan(1);
    expect(consistency).toBeGreaterThan(0.99);
  });
  it('are, however fine the texture that moves on', () => {
    const fine = (x: number, y: number): number => texture(x, y) + 14 * Math.sin(2.3 * x + 0.4 * y) + 14 * Math.sin(0.5 * x - 2.4 * y);
    expect(warpBetweenNeighbours(film(12, (x, y, time) => fine(x + 4.4 * time, y))).error).toBeLessThan(0.7);
    const towards = (time: number) => (x: number, y: number) => fine(96 + (x - 96) / (1 + 0.15 * time), 60 + (y - 60) / (1 + 0.15 * time));
    expect(warpBetweenNeighbours(film(12, (x, y, time) => towards(time)(x, y))).error).toBeLessThan(1);
  });
  it('are not, where grain boils', () => {
    const boiling = film(12, (x, y, time) => texture(x + 9 * time, y) + 12 * Math.sin(12.9898 * x + 78.233 * y + 4000 * time));
    const { error, consistency } = warpBetweenNeighbours(boiling);
    expect(error).toBeGreaterThan(2);
    expect(consistency).toBeLessThan(0.95);
  });
});

describe('a frozen clip', () => {
  it('is one that shows the same picture all the time, whatever the codec does to it', () => {
    expect(isFrozen(film(13, (x, y, time) => texture(x, y) + Math.sin(x * y + 50 * time)))).toBe(true);
    expect(isFrozen(film(13, (x, y, time) => texture(x + (x < 40 ? 4 * time : 0), y)))).toBe(false);
  });
});

describe('straight edges', () => {
  const [width, height] = [320, 200];
  /** A tower before a plain sky; what bends it is added to x. */
  const tower = (bend: (y: number) => number) =>
    draw((x, y) => 200 - 130 * step(x + bend(y) - 130) * step(190 - x - bend(y)) * step(y - 30) + 4 * Math.sin(x * 0.9) * Math.sin(y * 1.1), width, height);
  const first = tower(() => 0);
  it('are found where they are', () => {
    const edges = findEdges(first, 60);
    expect(edges.length).toBeGreaterThanOrEqual(2);
    expect(edges.some(({ x0, x1 }) => Math.abs(x0 - 130) < 2 && Math.abs(x1 - 130) < 2)).toBe(true);
  });
  it('bend like jelly', () => {
    const wobbly = tower((y) => 1.5 * Math.sin(y / 12));
    const { worstPx, bent } = jellyOf(first, [wobbly, tower((y) => 1.2 * Math.sin(y / 12))].map(held));
    // amplitude 1.5 of 320 pixels is 6 of 1280, its root mean square 4.2
    expect(worstPx).toBeGreaterThan(3);
    expect(worstPx).toBeLessThan(5.5);
    expect(bent.length).toBeGreaterThanOrEqual(2);
  });
  it('bend as much in a portrait as in the same picture lying down', () => {
    const turned = ({ data }: Grey): Grey => ({
      ...{ width: height, height: width },
      data: Float32Array.from({ length: data.length }, (_, at) => data[(at % height) * width + Math.floor(at / height)] as number),
    });
    const bends = [1, 0.8].map((amount) => tower((y) => amount * Math.sin(y / 12)));
    const lying = jellyOf(first, bends.map(held));
    const upright = jellyOf(turned(first), bends.map(turned).map(held));
    expect(lying.bent.length).toBeGreaterThanOrEqual(2);
    expect(upright.bent.length).toBeGreaterThanOrEqual(2);
    expect(upright.worstPx / lying.worstPx).toBeCloseTo(1, 1);
  });
  it('are not taken for their neighbours where a pattern repeats, and still bend', () => {
    const windows = (away: (x: number, y: number) => number) => draw((x, y) => 128 + 70 * Math.sin((2 * Math.PI * (x + away(x, y))) / 5), width, height);
    const still = windows(() => 0.45);
    expect(
      jellyOf(
        windows(() => 0),
        [still, still].map(held),
      ).worstPx,
    ).toBeLessThan(BENT_PX);
    // only up to half a window can be told from the next one
    const bent = windows((_, y) => 0.8 * Math.sin(y / 12));
    expect(
      jellyOf(
        windows(() => 0),
        [bent, bent].map(held),
      ).worstPx,
    ).toBeGreaterThan(BENT_PX);
  });

  const water = {
    mask: maskOf(
      [
        [
          [0.05, 0.3],
          [0.95, 0.3],
          [0.95, 0.95],
          [0.05, 0.95],
        ],
      ],
      width,
      height,
    ),
    lies: true,
  };
  /** Water with a crest, rails before it and a post in it, all of them bent. */
  const bend = (x: number): number => 1.6 * Math.sin(x / 11);
  const bar = (at: number, half: number): number => step(at + half) * step(half - at);
  const pool = (part: 'crest' | 'railing' | 'post', amount: number) =>
    draw(
      (x, y) => {
        const [dx, dy] = [x + amount * bend(y), y + amount * bend(x)];
        const shape = { crest: bar(dy - 120, 3) * bar(x - 160, 45) * 0.4, railing: bar(dy - 120, 3) * 0.4, post: bar(dx - 160, 3) * bar(y - 130, 45) * 0.4 };
        return 90 + 130 * shape[part];
      },
      width,
      height,
    );
  it('are crests where water was asked to move; rails and posts before it are not', () => {
    const bentEdges = (part: 'crest' | 'railing' | 'post', pliant: readonly Pliant[]): number =>
      jellyOf(pool(part, 0), [pool(part, 1), pool(part, 0.8)].map(held), pliant).bent.length;
    expect(bentEdges('crest', [])).toBeGreaterThan(0);
    expect(bentEdges('crest', [water])).toBe(0);
    expect(bentEdges('railing', [water])).toBeGreaterThan(0);
    expect(bentEdges('post', [water])).toBeGreaterThan(0);
    expect(bentEdges('post', [{ ...water, lies: false }])).toBe(0);
  });
  it('are crests up to where the outline of the water was drawn too tight, not where half of them is outside', () => {
    const upTo = (right: number): Pliant => ({
      ...water,
      mask: maskOf(
        [
          [
            [0.05, 0.3],
            [right, 0.3],
            [right, 0.95],
            [0.05, 0.95],
          ],
        ],
        width,
        height,
      ),
    });
    const bentEdges = (right: number): number => jellyOf(pool('crest', 0), [pool('crest', 1), pool('crest', 0.8)].map(held), [upTo(right)]).bent.length;
    // the crest runs from 0.36 to 0.64
    expect(bentEdges(0.6)).toBe(0);
    expect(bentEdges(0.5)).toBeGreaterThan(0);
  });
  /** Hills before a plain sky, `slid` pixels further to the right, and what bends them. */
  const hills = (slid: number, bend: (x: number) => number = () => 0) =>
    draw((x, y) => 190 - 90 * step(y - 100 - 0.9 * Math.sin((x - slid) / 9) - bend(x)) + 3 * Math.sin((x - slid) * 0.8) * Math.sin(y * 1.1), width, height);
  it('may slide along themselves when they are not quite straight, and still bend', () => {
    const worst = (later: Grey): number => jellyOf(hills(0), [later, later].map(held)).worstPx;
    expect(findEdges(hills(0), 60).length).toBeGreaterThan(0);
    expect(worst(hills(9))).toBeLessThan(BENT_PX);
    expect(worst(hills(-9))).toBeLessThan(BENT_PX);
    expect(worst(hills(9, (x) => 1.5 * Math.sin(x / 31)))).toBeGreaterThan(2 * BENT_PX);
    expect(worst(hills(0, (x) => 1.5 * Math.sin(x / 31)))).toBeGreaterThan(2 * BENT_PX);
  });
  it('are strands of hair by the name of the region, and chairs and furniture are not', () => {
    expect(['hair', 'fur hood', "lion's mane", 'tentacles'].filter(isHair)).toHaveLength(4);
    expect(['chair', 'furniture', 'sea', 'maneuver'].filter(isHair)).toEqual([]);
    expect(['veil', 'veils'].filter(isCloth)).toHaveLength(2);
  });
  it('may shift and lean as a whole', () => {
    const leaning = tower((y) => 1.5 + 0.01 * (y - 100));
    const { worstPx, edgeCount } = jellyOf(first, [leaning, leaning].map(held));
    expect(edgeCount).toBeGreaterThanOrEqual(2);
    expect(worstPx).toBeLessThan(BENT_PX);
  });
});

describe('ghosts', () => {
  const first = draw(texture, 240, 144);
  it('are seen in an even mixture of two copies', () => {
    const twice = draw((x, y) => 0.5 * texture(x - 9, y) + 0.5 * texture(x + 8, y), 240, 144);
    expect(ghostsOf(first, [held(twice)]).share).toBeGreaterThan(0.3);
  });
  it('are not seen where light falls otherwise, and are seen under it', () => {
    const light = (x: number, y: number): number => 1 + 0.35 * Math.sin(x / 23 + y / 31) * Math.sin(y / 17);
    const lit = draw((x, y) => light(x, y) * texture(x, y), 240, 144);
    expect(ghostsOf(first, [held(lit)]).share).toBeLessThan(0.02);
    const twice = draw((x, y) => light(x, y) * (0.5 * texture(x - 9, y) + 0.5 * texture(x + 8, y)), 240, 144);
    expect(ghostsOf(first, [held(twice)]).share).toBeGreaterThan(0.2);
  });
  it('are not seen in one copy, moved and bent', () => {
    const moved = draw((x, y) => texture(x - 5 - 2 * Math.sin(y / 25), y), 240, 144);
    expect(ghostsOf(first, [moved, first].map(held)).share).toBeLessThan(0.02);
  });
});

describe('faithfulness', () => {
  const photo = draw((x, y) => 128 + 60 * Math.sin(1.3 * x + 0.4 * y) * Math.sin(0.9 * y) + 0.3 * (texture(x, y) - 128));
  it('keeps all detail in the same picture and loses it by blurring', () => {
    expect(sharpnessKept(photo, photo, identity).kept).toBeCloseTo(1, 5);
    expect(sharpnessKept(photo, boxMean(photo, 1), identity).kept).toBeLessThan(0.7);
  });
  it('is judged from where the camera is', () => {
    const shifted = draw((x, y) => 128 + 60 * Math.sin(1.3 * (x + 4) + 0.4 * y) * Math.sin(0.9 * y) + 0.3 * (texture(x + 4, y) - 128));
    expect(sharpnessKept(photo, shifted, { ...identity, tx: -4 }).kept).toBeCloseTo(1, 1);
  });
  it('counts noise in decibels', () => {
    const rgb = (add: number) => ({ widthPx: 8, heightPx: 8, rgb: new Uint8Array(192).fill(100 + add) });
    expect(psnr(rgb(0), rgb(0))).toBe(99);
    expect(psnr(rgb(0), rgb(5))).toBeCloseTo(20 * Math.log10(255 / 5), 5);
  });
});
