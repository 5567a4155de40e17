/** Verdicts: the signs of the camera, regions against others, and lists that contradict themselves. */
import { describe, expect, it } from 'vitest';
import { judge, type Question } from '../../../worker/evaluate/judge.ts';
import { type Expectation, parseList } from '../../../worker/evaluate/list.ts';
import type { Measures } from '../../../worker/evaluate/measure.ts';
import type { RegionMotion } from '../../../worker/evaluate/motion.ts';
import { passRates, rateTable } from '../../../worker/evaluate/report.ts';

const pose = { pan: 0, tilt: 0, zoom: 1, rollDegrees: 0 };
const region = (moved: number, more: Partial<RegionMotion> = {}): RegionMotion => ({ moved, light: 1, drift: [0, 0], textured: true, pixels: 1000, ...more });
const measured = (camera: Partial<Measures['camera']> = {}, more: Partial<Measures> = {}): Measures => ({
  clip: { widthPx: 640, heightPx: 360, fps: 24, frameCount: 72 },
  camera: { ...pose, jitter: 0, agreement: 1, parallax: { x: 0, y: 0 }, ...camera },
  firstFrame: { decibels: 38, whole: true, view: pose },
  ...{ frozen: false, seam: 1, warpError: 0.4, consistency: 0.99, sharpness: { kept: 0.95, worst: 0.9 } },
  jelly: { usualPx: 0.1, worstPx: 0.2, edgeCount: 9, bent: [] },
  ghosts: { share: 0, blocks: [] },
  ...{ whole: region(0), regions: {}, elsewhere: null, ...more },
});
const answer = (question: Question, measures: Measures, expectation: Expectation): boolean | undefined =>
  judge(measures, expectation, { loop: true }).find((verdict) => verdict.question === question)?.passed;

describe('the camera', () => {
  it('is right only along the axis and with the sign that were asked for', () => {
    expect(answer('camera', measured({ pan: 0.12 }), { camera: { pan: 1 } })).toBe(true);
    expect(answer('camera', measured({ pan: 0.12 }), { camera: { pan: -1 } })).toBe(false);
    expect(answer('camera', measured({ zoom: 0.8 }), { camera: { zoom: -1 } })).toBe(true);
    expect(answer('camera', measured({ rollDegrees: -5, zoom: 1.15 }), { camera: { roll: -1 } })).toBe(true);
    expect(answer('camera', measured({ parallax: { x: -0.03, y: 0 } }), { camera: { orbit: -1 } })).toBe(true);
    expect(answer('camera', measured({ jitter: 0.002 }), { camera: { handheld: 1 } })).toBe(true);
  });
  it('does nothing that was not asked for, and everything that was', () => {
    expect(answer('camera', measured({ pan: 0.12, zoom: 1.25 }), { camera: { pan: 1 } })).toBe(false);
    expect(answer('camera', measured({ pan: 0.12, zoom: 1.25 }), { camera: { pan: 1, zoom: 1 } })).toBe(true);
    expect(answer('camera', measured({ pan: 0.12 }), { camera: { pan: 1, tilt: 1 } })).toBe(false);
  });
  it('stands still when it must', () => {
    expect(answer('still', measured({ pan: 0.002 }), { still: true })).toBe(true);
    expect(answer('still', measured({ zoom: 1.03 }), { still: true })).toBe(false);
  });
  it('may push in a little where the engine said that nothing was found, and do nothing else', () => {
    const still = (camera: Partial<Measures['camera']>) =>
      judge(measured(camera), { still: true }, { nothingFound: true }).find(({ question }) => question === 'still');
    expect(still({ zoom: 1.08 })?.passed).toBe(true);
    expect(still({ zoom: 1.3 })?.passed).toBe(false);
    expect(still({ pan: 0.05 })?.passed).toBe(false);
  });
});

describe('regions', () => {
  it('move, and only they', () => {
    const expectation: Expectation = { moves: ['sea'], only: true };
    const calm = measured({}, { regions: { sea: region(0.01), hill: region(0.001) }, elsewhere: region(0.002) });
    const leaking = measured({}, { regions: { sea: region(0.01), hill: region(0.007) }, elsewhere: region(0.002) });
    expect([answer('moves', calm, expectation), answer('only', calm, expectation)]).toEqual([true, true]);
    expect([answer('moves', leaking, expectation), answer('only', leaking, expectation)]).toEqual([true, false]);
    expect(answer('moves', measured({}, { regions: { sea: region(0.002) } }), expectation)).toBe(false);
  });
  it('may answer by flickering', () => {
    const lamps = measured({}, { regions: { lamps: region(0, { light: 20 }), wall: region(0, { light: 3 }) } });
    expect(answer('only', lamps, { moves: ['lamps'], only: true })).toBe(true);
  });
  it('drift within 45 degrees', () => {
    const clouds = measured({}, { regions: { sky: region(0.01, { drift: [0.02, 0.005] }) } });
    expect(answer('drift', clouds, { moves: ['sky'], drift: [1, 0] })).toBe(true);
    expect(answer('drift', clouds, { moves: ['sky'], drift: [-1, 0] })).toBe(false);
    expect(answer('drift', clouds, { moves: ['sky'], drift: [0, -1] })).toBe(false);
  });
});

describe('the table', () => {
  it('counts what was asked and says what is missed', () => {
    const verdicts = [...judge(measured({ pan: 0.12 }), { camera: { pan: 1 } }), ...judge(measured(), { camera: { pan: 1 } })];
    const [camera] = passRates(verdicts);
    expect(camera).toMatchObject({ passed: 1, count: 2, target: 0.95 });
    expect(rateTable(passRates(verdicts)).split('\n')[1]).toMatch(/1\/2 +50 % +95 % +missed/);
  });
});

describe('a list', () => {
  const list = (
    shot: object,
    regions: object = {
      sea: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      ],
    },
  ) => JSON.stringify({ name: 'n', photos: { p: { path: 'p.jpg', source: 's', regions } }, shots: [{ id: 'a', photo: 'p', prompt: 'waves', ...shot }] });
  it('is read', () => {
    expect(parseList(list({ expect: { moves: ['sea'], only: true, drift: [1, 0], still: true } })).shots).toHaveLength(1);
  });
  it.each([
    ['a region that the photo lacks', { expect: { moves: ['sky'] } }, /no region sky/],
    ['a photo that is not there', { photo: 'q', expect: {} }, /no photo q/],
    ['a camera both moving and still', { expect: { camera: { pan: 1 }, still: true } }, /both moving and still/],
    ['"only" without a region', { expect: { only: true } }, /needs "moves"/],
    ['a group that is not complete', { expect: {}, group: 'g', rank: 1 }, /group g has the ranks 1/],
    ['an axis that does not exist', { expect: { camera: { yaw: 1 } } }, /yaw/],
  ])('is refused with %s', (_, shot, problem) => expect(() => parseList(list(shot))).toThrow(problem));
});
