/** Clouds stay when smoke on the ground is asked for, and smoke before the sky is not lost. */
import { describe, expect, it } from 'vitest';
import { smokeBeforeSky } from '../../../worker/parts/smoke-before-sky.ts';
import { GRID_AREA as AREA, shareOf } from '../../../worker/vision/class-grid.ts';

const [SKY, SMOKE] = [1, 8];
const TOP = AREA / 2;

/** Sky above, ground below; the encoder faintly sees smoke in 200 cells from `from` on. */
const seenFrom = (from: number): Float32Array => {
  const seen = new Float32Array(13 * AREA);
  for (let i = 0; i < AREA; i++) {
    const smoke = i >= from && i < from + 200 ? 0.03 : 0.005;
    seen[SMOKE * AREA + i] = smoke;
    seen[(i < TOP ? SKY : 0) * AREA + i] = 1 - smoke;
  }
  return seen;
};
/** Smoke found in nine tenths of every cell. */
const foundEverywhere = (): Float32Array => {
  const found = new Float32Array(13 * AREA);
  found.fill(0.1, 0, AREA);
  found.fill(0.9, SMOKE * AREA, (SMOKE + 1) * AREA);
  return found;
};
const smokeAt = (classes: Float32Array, cell: number): number => classes[SMOKE * AREA + cell] as number;

describe('smokeBeforeSky', () => {
  it('leaves the clouds where they are when the surest smoke is on the ground', () => {
    const out = smokeBeforeSky(foundEverywhere(), seenFrom(3 * 1024), [[SMOKE]]);
    expect(smokeAt(out, 100)).toBeLessThan(0.02);
    expect(out[SKY * AREA + 100] as number).toBeGreaterThan(0.85);
    expect(smokeAt(out, 3 * 1024)).toBeCloseTo(0.9, 5);
    expect(shareOf(out, [0, SKY, SMOKE]).every((total) => Math.abs(total - 1) < 1e-5)).toBe(true);
  });
  it('keeps smoke before the sky when the surest smoke is there', () => {
    const found = foundEverywhere();
    expect(smokeBeforeSky(found, seenFrom(300), [[SMOKE]])).toBe(found);
  });
  it('does nothing where the sky was named as well, or smoke was not', () => {
    const found = foundEverywhere();
    for (const groups of [[[SKY], [SMOKE]], [[2, 3]], []]) expect(smokeBeforeSky(found, seenFrom(3 * 1024), groups)).toBe(found);
  });
});
