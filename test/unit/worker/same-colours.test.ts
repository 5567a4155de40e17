/** A thing that was found in part spreads over its own colours nearby, and leaves what has others. */
import { describe, expect, it } from 'vitest';
import { random } from '../../../worker/tensor/random.ts';
import { toLab } from '../../../worker/vision/cielab.ts';
import { spreadByColour } from '../../../worker/vision/same-colours.ts';

const GRID = 64;
const AREA = GRID * GRID;
const CLOTH = 6;
const place = (x: number, y: number): number => y * GRID + x;
const inside = (i: number, [left, top, right, bottom]: readonly number[]): boolean => {
  const [x, y] = [i % GRID, Math.floor(i / GRID)];
  return x >= (left as number) && x < (right as number) && y >= (top as number) && y < (bottom as number);
};

/** A pink cloth on a green ground with some noise; a pink thing of another kind far away. */
const CLOTH_AT = [10, 10, 30, 20];
const FAR_AT = [50, 50, 58, 58];
const noise = random(1).normal(3 * AREA);
const photo = toLab(
  Float32Array.from({ length: 3 * AREA }, (_, at) => {
    const [channel, i] = [Math.floor(at / AREA), at % AREA];
    const pink = inside(i, CLOTH_AT) || inside(i, FAR_AT);
    return ((pink ? [0.9, 0.4, 0.6] : [0.2, 0.5, 0.2])[channel] as number) + 0.01 * (noise[at] as number);
  }),
);

/** Sure of the cloth's left half only, unsure of the rest, and a little wrong about the ground to the left of it. */
const seen = (): Float32Array => {
  const classes = new Float32Array(13 * AREA);
  for (let i = 0; i < AREA; i++) {
    const share = inside(i, [10, 10, 18, 20]) ? 0.8 : inside(i, CLOTH_AT) ? 0.3 : inside(i, [4, 10, 10, 20]) ? 0.55 : 0.02;
    classes[CLOTH * AREA + i] = share;
    classes[i] = 1 - share;
  }
  return classes;
};
const cloth = (classes: Float32Array, x: number, y: number): number => classes[CLOTH * AREA + place(x, y)] as number;

describe('spreadByColour', () => {
  const spread = spreadByColour(seen(), photo, [[CLOTH]]);
  it('finds the rest of a thing by its colours, and takes back what has none of them', () => {
    expect(cloth(spread, 14, 15)).toBeGreaterThan(0.9);
    expect(cloth(spread, 22, 15)).toBeGreaterThan(0.8);
    expect(cloth(spread, 6, 15)).toBeLessThan(0.1);
  });
  it('does not leap to the same colours far away', () => {
    expect(cloth(spread, 54, 54)).toBeLessThan(0.1);
  });
  it('keeps probabilities, and changes nothing unasked', () => {
    for (let i = 0; i < AREA; i += 7) expect(Array.from({ length: 13 }, (_, k) => spread[k * AREA + i] as number).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    expect(spreadByColour(seen(), photo, [])).toEqual(seen());
  });
  it('learns nothing from a thing that was hardly seen', () => {
    const faint = seen().map((share, at) => (at >= CLOTH * AREA && at < (CLOTH + 1) * AREA ? share / 10 : share));
    expect(spreadByColour(faint, photo, [[CLOTH]])).toEqual(faint);
  });
});
