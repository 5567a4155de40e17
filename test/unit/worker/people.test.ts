/** What a found face changes: faces keep still, coats of another colour are no hair; and what it leaves alone. */
import { describe, expect, it } from 'vitest';
import { asksForPeople, knowFaces } from '../../../worker/parts/people.ts';
import { toLab } from '../../../worker/vision/cielab.ts';
import { GRID_AREA as AREA, GRID_SIDE as GRID } from '../../../worker/vision/class-grid.ts';
import type { FaceBox } from '../../../worker/vision/face-boxes.ts';

const [STATIC, CLOTH, HAIR, BODY] = [0, 6, 9, 10];
type Box = readonly [left: number, top: number, right: number, bottom: number];
type Colour = readonly [number, number, number];
const within = (i: number, [left, top, right, bottom]: Box): boolean => {
  const [x, y] = [i % GRID, Math.floor(i / GRID)];
  return x >= left && x < right && y >= top && y < bottom;
};
const asked = (...indices: readonly number[]): Float32Array => Float32Array.from({ length: 12 }, (_, k) => (indices.includes(k + 1) ? 1 : 0));
const meanIn = (classes: Float32Array, index: number, box: Box): number => {
  const share = classes.subarray(index * AREA, (index + 1) * AREA).filter((_, i) => within(i, box));
  return share.reduce((sum, value) => sum + value, 0) / share.length;
};

// a face with dark hair around it down to the shoulders, above a coat, before a wall; the words made all of her hair
const FACE: Box = [37, 15, 47, 28];
const HEAD: Box = [33, 9, 51, 34];
const COAT: Box = [28, 34, 56, 64];
const LOCK: Box = [28, 34, 33, 50];
const DOG: Box = [0, 54, 7, 74];
const face: FaceBox = { left: FACE[0] / GRID, top: FACE[1] / GRID, right: FACE[2] / GRID, bottom: FACE[3] / GRID, probability: 0.99 };
const [SKIN, DARK, ORANGE, WALL]: readonly Colour[] = [
  [0.85, 0.65, 0.55],
  [0.2, 0.14, 0.1],
  [0.85, 0.4, 0.08],
  [0.6, 0.65, 0.7],
];
const portrait = (coat: Colour, skin = SKIN): Float32Array =>
  toLab(
    Float32Array.from({ length: 3 * AREA }, (_, at) => {
      const i = at % AREA;
      const colour = within(i, FACE) ? skin : within(i, HEAD) || within(i, LOCK) ? DARK : within(i, COAT) ? coat : within(i, DOG) ? ORANGE : WALL;
      return (colour as Colour)[Math.floor(at / AREA)] as number;
    }),
  );
const shares = (hair: (i: number) => number): Float32Array => {
  const classes = new Float32Array(13 * AREA);
  for (let i = 0; i < AREA; i++) {
    const share = hair(i);
    classes.set([share], HAIR * AREA + i);
    classes.set([(1 - share) / 2], BODY * AREA + i);
    classes.set([(1 - share) / 2], STATIC * AREA + i);
  }
  return classes;
};
const isHers = (i: number): boolean => within(i, HEAD) || within(i, LOCK) || within(i, COAT);
const seen = shares((i) => (within(i, HEAD) && !within(i, FACE) ? 0.7 : isHers(i) ? 0.4 : 0.02));
const named = shares((i) => (isHers(i) || within(i, DOG) ? 0.95 : 0.02));

describe('knowFaces', () => {
  const known = knowFaces(named, seen, portrait(ORANGE as Colour), asked(HAIR), [face]);

  it('takes no coat of another colour for hair, and keeps the hair', () => {
    expect(meanIn(named, HAIR, [36, 44, 54, 60])).toBeGreaterThan(0.9);
    expect(meanIn(known, HAIR, [36, 44, 54, 60])).toBeLessThan(0.05);
    expect(meanIn(known, HAIR, [33, 10, 51, 14])).toBeGreaterThan(0.9);
  });
  it('keeps hair of the same colour that hangs below the chin', () => {
    expect(meanIn(known, HAIR, [29, 37, 32, 48])).toBeGreaterThan(0.8);
    const sameCoat = knowFaces(named, seen, portrait(DARK as Colour), asked(HAIR), [face]);
    expect(meanIn(sameCoat, HAIR, [36, 36, 54, 42])).toBeGreaterThan(0.5);
  });
  it('leaves what is out of reach of the head: a dog has fur, too', () => expect(meanIn(known, HAIR, DOG)).toBeCloseTo(0.95, 5));
  it('leaves the mane of an animal, whose face has the same colour', () => {
    const lion = knowFaces(named, seen, portrait(ORANGE as Colour, [0.24, 0.17, 0.13]), asked(HAIR), [face]);
    expect(meanIn(lion, HAIR, [36, 44, 54, 60])).toBeCloseTo(0.95, 5);
  });
  it('learns nothing where the encoder sees no hair around the face', () => {
    const bald = knowFaces(
      named,
      shares(() => 0.01),
      portrait(ORANGE as Colour),
      asked(HAIR),
      [face],
    );
    expect(meanIn(bald, HAIR, [36, 44, 54, 60])).toBeCloseTo(0.95, 5);
  });
  it('stills the inside of a face for hair and cloth, and only the inside', () => {
    for (const index of [HAIR, CLOTH]) {
      const sways = new Float32Array(13 * AREA);
      sways.fill(1, index * AREA, (index + 1) * AREA);
      const still = knowFaces(sways, new Float32Array(13 * AREA), portrait(ORANGE as Colour), asked(CLOTH), [face]);
      expect(meanIn(still, index, [40, 18, 44, 25])).toBe(0);
      expect(meanIn(still, STATIC, [40, 18, 44, 25])).toBe(1);
      expect(meanIn(still, index, [33, 9, 36, 34])).toBe(1);
      expect(meanIn(still, index, [37, 15, 38, 16])).toBeGreaterThan(0.8);
    }
  });
  it('leaves every cell summing to 1', () => {
    for (let i = 0; i < AREA; i++) {
      let sum = 0;
      for (let k = 0; k < 13; k++) sum += known[k * AREA + i] as number;
      expect(Math.abs(sum - 1)).toBeLessThan(1e-5);
    }
  });
  it('changes nothing without a face, and no hair where only cloth is asked for', () => {
    expect(knowFaces(named, seen, portrait(ORANGE as Colour), asked(HAIR), [])).toBe(named);
    expect(meanIn(knowFaces(named, seen, portrait(ORANGE as Colour), asked(CLOTH), [face]), HAIR, [36, 44, 54, 60])).toBeCloseTo(0.95, 5);
  });
  it.each([
    ['beyond every border', { left: -0.5, top: -0.4, right: 1.6, bottom: 1.5, probability: 1 }],
    ['of a tenth of a cell', { left: 0.5, top: 0.5, right: 0.5015, bottom: 0.5015, probability: 1 }],
    ['outside', { left: 1.2, top: 1.2, right: 1.3, bottom: 1.4, probability: 1 }],
  ])('bears a face %s', (_, odd) => {
    const after = knowFaces(named, seen, portrait(ORANGE as Colour), asked(HAIR), [odd]);
    expect(after.every((value) => value >= 0 && value <= 1)).toBe(true);
  });
});

it('faces are looked for only where hair or cloth is asked for', () => {
  expect([HAIR, CLOTH].map((index) => asksForPeople(asked(index, 1)))).toEqual([true, true]);
  expect(asksForPeople(asked(1, 2, 3, 4, 5, 7, 8, 10, 11, 12))).toBe(false);
});
