/** Which way and how fast a settled field flows. */
import { describe, expect, it } from 'vitest';
import { settleFlow } from '../../../worker/parts/settle-flow.ts';
import { AREA, CELLS, type Plane, plane } from '../../../worker/parts/smooth-phase.ts';

const [SKY, RIVER, FOLIAGE, FIRE] = [0, 2, 3, 6] as const;

/** Shares of a picture that holds one class in its upper half, as sure as is said, and nothing else. */
const upperHalf = (index: number, sure = 1): Plane[] =>
  Array.from({ length: 12 }, (_, k) => plane((i) => (k === index && Math.floor(i / CELLS) < CELLS / 2 ? sure : 0)));

const words = (values: Readonly<Record<number, number>>): Float32Array => Float32Array.from({ length: 24 }, (_, i) => values[i] ?? 0);

const uniform = (x: number, y: number): readonly [Plane, Plane] => [plane(() => x), plane(() => y)];

/** Flow in the first cell. */
const first = (flow: readonly Plane[]): readonly [number, number] => [flow[0]?.[0] as number, flow[1]?.[0] as number];
const speed = (flow: readonly Plane[]): number => Math.hypot(...first(flow));
const degrees = (flow: readonly Plane[]): number => (Math.atan2(first(flow)[1], first(flow)[0]) * 180) / Math.PI;

describe('the way', () => {
  it('is the one that was told, whatever was sampled', () => {
    for (const [told, wanted] of [
      [{ 12: 1 }, 0],
      [{ 13: 1 }, 90],
      [{ 12: -1 }, 180],
    ] as const) {
      for (const sampled of [uniform(0.05, 0.01), uniform(-0.04, -0.03)]) {
        expect(Math.abs(degrees(settleFlow(upperHalf(SKY), words({ [SKY]: 1, ...told }), sampled, 1, 0)))).toBeCloseTo(wanted, 6);
      }
    }
  });

  it('of clouds that were told nothing differs by the seed, and is the sampled one on average', () => {
    const slope = (draw: number): number => degrees(settleFlow(upperHalf(SKY), words({ [SKY]: 1 }), uniform(0.05, 0), draw, 0));
    expect(slope(0)).toBeCloseTo(0, 9);
    expect(slope(1)).toBeCloseTo(5, 6);
    expect(slope(-2)).toBeCloseTo(-10, 6);
  });

  it('of rivers that were told nothing is towards the viewer, more or less; of fire and what stands beside a river the sampled one', () => {
    const sampled = uniform(0.05, -0.01);
    const river = degrees(settleFlow(upperHalf(RIVER), words({ [RIVER]: 1 }), sampled, 0, 0));
    expect(river).toBeGreaterThan(80);
    expect(river).toBeLessThan(90);
    const fire = degrees(settleFlow(upperHalf(FIRE), words({ [FIRE]: 1 }), sampled, 0, 0));
    expect(fire).toBeCloseTo((Math.atan2(-0.01, 0.05) * 180) / Math.PI, 6);
    const below = settleFlow(upperHalf(RIVER), words({ [RIVER]: 1 }), sampled, 0, 0).map((values) => values[AREA - 1] as number);
    expect((below[1] as number) / (below[0] as number)).toBeCloseTo(-0.2, 6);
  });
});

describe('the speed', () => {
  it('of clouds is what was asked, within bounds of what was sampled, whatever that was', () => {
    const at = (asked: number, sampled: number): number => speed(settleFlow(upperHalf(SKY), words({ [SKY]: asked }), uniform(sampled, 0), 0, 0));
    expect(at(1, 0.04)).toBeCloseTo(at(1, 0.12), 6);
    expect(at(1.5, 0.07)).toBeCloseTo(1.5 * at(1, 0.07), 6);
    expect(at(1, 0.01)).toBeCloseTo(2.5 * 0.01, 6);
    expect(at(1, 0.4)).toBeCloseTo(0.5 * 0.4, 6);
    expect(at(1, 0)).toBe(0);
  });

  it('is less where the class is doubtful', () => {
    const at = (sure: number): number => speed(settleFlow(upperHalf(SKY, sure), words({ [SKY]: 1 }), uniform(0.08, 0), 0, 0));
    expect(at(0.6)).toBeLessThan(0.8 * at(1));
  });

  it('has the pace of the seed, but for flames; what was not asked for is not raised', () => {
    const at = (index: number, pace: number): number => speed(settleFlow(upperHalf(index), words({ [index]: 1 }), uniform(0.03, 0), 0, pace));
    expect(at(RIVER, 1) / at(RIVER, 0)).toBeCloseTo(Math.exp(0.16), 6);
    expect(at(FIRE, 1)).toBe(at(FIRE, 0));
    expect(at(FOLIAGE, 1)).toBe(at(FOLIAGE, 0));
    expect(at(FOLIAGE, 0)).toBeLessThan(0.03);
  });
});
