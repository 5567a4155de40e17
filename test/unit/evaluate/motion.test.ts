/** Motion, drift and light of regions whose motion is known. */
import { describe, expect, it } from 'vitest';
import { trackCamera } from '../../../worker/evaluate/camera-track.ts';
import { denseFlow, unwarp } from '../../../worker/evaluate/flow.ts';
import { type Grey, meanDifference, median } from '../../../worker/evaluate/grey.ts';
import { mapMotion, regionMotion, seedDiversity } from '../../../worker/evaluate/motion.ts';
import { areaOf, inClip, maskOf, outsideOf } from '../../../worker/evaluate/regions.ts';
import { draw, film, HEIGHT, seenFrom, texture, WIDTH } from './scene.ts';

const FRAMES = 17;
const FPS = 8;
const maps = (frames: readonly Grey[]) => mapMotion(frames, trackCamera(frames), FPS);
/** What moves is the smaller part: of two halves nobody could say which one is the camera. */
const SHARE = 0.43;
const upper = maskOf(
  [
    [
      [0, 0],
      [1, 0],
      [1, SHARE],
      [0, SHARE],
    ],
  ],
  WIDTH,
  HEIGHT,
);
const lower = outsideOf(upper, 6);
const diagonal = Math.hypot(WIDTH, HEIGHT);
const inUpper = (y: number): boolean => y < SHARE * HEIGHT;

describe('dense flow', () => {
  it('finds a shift of a few pixels to a tenth of one', () => {
    const flow = denseFlow(
      draw(texture),
      draw((x, y) => texture(x - 3.3, y + 1.6)),
    );
    expect(median(flow.u)).toBeCloseTo(3.3, 1);
    expect(median(flow.v)).toBeCloseTo(-1.6, 1);
  });
  it('undoes the motion it found', () => {
    const [a, b] = [draw(texture), draw((x, y) => texture(x - 2 - Math.sin(y / 20), y))];
    expect(meanDifference(a, unwarp(b, denseFlow(a, b)))).toBeLessThan(0.2 * meanDifference(a, b));
  });
});

describe('a region that moves', () => {
  it('is told from one that stays, by the size of its motion', () => {
    const sway = maps(film(FRAMES, (x, y, time) => texture(x + (inUpper(y) ? 2.5 * Math.sin(9 * time) : 0), y)));
    const inside = regionMotion(sway, upper);
    const outside = regionMotion(sway, lower);
    expect(inside.moved * diagonal).toBeGreaterThan(2);
    expect(inside.moved * diagonal).toBeLessThan(3);
    expect(outside.moved * diagonal).toBeLessThan(0.2);
  });
  it('is seen through a camera that pans and zooms at the same time', () => {
    const measured = maps(
      film(FRAMES, (x, y, time) => {
        const [px, py] = seenFrom(x, y, { pan: 8 * time, zoom: 1 + 0.08 * time });
        return texture(px + (py < HEIGHT / 4 ? 2.5 * Math.sin(9 * time) : 0), py);
      }),
    );
    const top = maskOf(
      [
        [
          [0.1, 0],
          [0.9, 0],
          [0.9, 0.22],
          [0.1, 0.22],
        ],
      ],
      WIDTH,
      HEIGHT,
    );
    expect(regionMotion(measured, top).moved).toBeGreaterThan(4 * regionMotion(measured, lower).moved);
  });
  it('may be so flat that only its brightness tells', () => {
    const soft = (x: number): number => 150 + 6 * Math.sin(x / 15);
    const drifting = maps(film(FRAMES, (x, y, time) => (inUpper(y) ? soft(x - 6 * time) : texture(x, y))));
    const resting = maps(film(FRAMES, (x, y) => (inUpper(y) ? soft(x) : texture(x, y))));
    // away from the texture below
    const sky = maskOf(
      [
        [
          [0, 0],
          [1, 0],
          [1, SHARE - 0.06],
          [0, SHARE - 0.06],
        ],
      ],
      WIDTH,
      HEIGHT,
    );
    expect(regionMotion(drifting, sky).textured).toBe(false);
    expect(regionMotion(drifting, sky).moved).toBeGreaterThan(0.004);
    expect(regionMotion(resting, sky).moved).toBeLessThan(0.001);
  });
  it('may only flicker', () => {
    const frames = film(FRAMES, (x, y, time) => texture(x, y) * (inUpper(y) ? 1 + 0.12 * Math.sin(20 * time) : 1));
    expect(regionMotion(maps(frames), upper).light).toBeGreaterThan(15);
    expect(regionMotion(maps(frames), lower).light).toBeLessThan(2);
  });
});

describe('drift', () => {
  const angleOf = ([dx, dy]: readonly [number, number]): number => (Math.atan2(dy, dx) * 180) / Math.PI;
  it('has the direction of a steady motion', () => {
    const { drift } = regionMotion(maps(film(FRAMES, (x, y, time) => (inUpper(y) ? texture(x + 6 * time, y + 6 * time) : texture(x, y + 200)))), upper);
    expect(Math.abs(angleOf(drift) + 135)).toBeLessThan(12);
    expect(Math.hypot(...drift) * diagonal).toBeGreaterThan(6);
  });
  it('survives the cross-fade of two copies that end where they began', () => {
    const frames = film(FRAMES, (x, y, time) => {
      if (!inUpper(y)) return texture(x, y + 200);
      const late = time * time * (3 - 2 * time);
      return (1 - late) * texture(x - 9 * time, y) + late * texture(x - 9 * (time - 1), y);
    });
    const { drift } = regionMotion(maps(frames), upper);
    expect(Math.abs(angleOf(drift))).toBeLessThan(20);
    expect(Math.hypot(...drift)).toBeGreaterThan(0.01);
  });
  it('is almost nothing for what swings', () => {
    const swing = maps(film(FRAMES, (x, y, time) => texture(x + 2.5 * Math.sin(4 * Math.PI * time), y)));
    expect(Math.hypot(...regionMotion(swing, upper).drift)).toBeLessThan(0.002);
  });
});

describe('spread over seeds', () => {
  it('is 0 for equal clips and large for different ones', () => {
    const right = maps(film(FRAMES, (x, y, time) => (inUpper(y) ? texture(x - 6 * time, y) : texture(x, y + 200))));
    const left = maps(film(FRAMES, (x, y, time) => (inUpper(y) ? texture(x + 6 * time, y) : texture(x, y + 200))));
    expect(seedDiversity([right, right, right])).toBe(0);
    expect(seedDiversity([right, left])).toBeGreaterThan(0.3);
  });
});

describe('regions', () => {
  it('cover the pixels whose centres are inside', () => {
    expect(
      areaOf(
        maskOf(
          [
            [
              [0, 0],
              [0.5, 0],
              [0.5, 0.5],
              [0, 0.5],
            ],
          ],
          40,
          20,
        ),
      ),
    ).toBe(200);
    expect(
      areaOf(
        maskOf(
          [
            [
              [0, 0],
              [1, 0],
              [0, 1],
            ],
          ],
          200,
          200,
        ),
      ) / 40_000,
    ).toBeCloseTo(0.5, 2);
  });
  it('follow the crop of a photo that is taller than its clip', () => {
    const [polygon] = inClip(
      [
        [
          [0, 0.25],
          [1, 0.25],
          [1, 0.75],
        ],
      ],
      { widthPx: 100, heightPx: 200 },
      { widthPx: 100, heightPx: 100 },
    );
    expect(polygon).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
  });
});
