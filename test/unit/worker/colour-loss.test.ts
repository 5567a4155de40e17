/** What half the colour costs a picture, and that sharpening it beforehand wins some of it back. */
import { describe, expect, it } from 'vitest';
import { random } from '../../../worker/tensor/random.ts';
import { colourLoss } from '../../../worker/vision/colour-loss.ts';
import type { Sheets } from '../../../worker/vision/compose.ts';
import { crispColour } from '../../../worker/vision/crisp.ts';
import { toI420 } from '../../../worker/vision/i420.ts';
import type { Raster } from '../../../worker/vision/resample.ts';

const size = { widthPx: 96, heightPx: 64 };
const [WIDTH, HEIGHT] = [size.widthPx, size.heightPx];

const picture = (at: (x: number, y: number) => readonly [number, number, number]): Raster => ({
  ...size,
  rgb: Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return at(pixel % WIDTH, Math.floor(pixel / WIDTH))[i % 3] as number;
  }),
});

const noise = random(3).normal(WIDTH * HEIGHT);
const flat = picture(() => [180, 90, 40]);
const grey = picture((x, y) => Array<number>(3).fill(128 + 30 * (noise[y * WIDTH + x] as number)) as [number, number, number]);
/** Yellow petals of about three pixels among leaves, as photos show them: not aligned with the places of colour. */
const field = picture((x, y) => {
  const petal = Math.sin(x * 1.1 + 2 * Math.sin(y / 5)) + Math.sin(y * 0.9 + x / 7) > 0.4;
  return petal ? [230, 190, 20] : [50, 80, 60];
});

const planesOf = ({ rgb }: Raster): Uint8Array => toI420(rgb, WIDTH, HEIGHT).subarray(WIDTH * HEIGHT);
const sharpened = (chroma: Uint8Array): Sheets => {
  const other = new Uint8Array();
  return crispColour({ ...size, luma: other, mask: other, maskHalf: other, layer: other, chroma, layerChroma: chroma });
};

describe('colourLoss', () => {
  it('is next to nothing for one colour and for grey, however fine', () => {
    for (const photo of [flat, grey]) expect(colourLoss(photo, planesOf(photo))).toBeLessThan(1);
  });
  it('is what a picture of fine colours misses when it is drawn again, and not less for coarser planes', () => {
    const planes = planesOf(field);
    const lost = colourLoss(field, planes);
    expect(lost).toBeGreaterThan(100);
    expect(
      colourLoss(
        field,
        planes.map(() => 128),
      ),
    ).toBeGreaterThan(4 * lost);
  });
  it('tells blue from red', () => {
    const red = picture(() => [200, 60, 60]);
    const planes = planesOf(red);
    const swapped = Uint8Array.of(...planes.subarray(planes.length / 2), ...planes.subarray(0, planes.length / 2));
    expect(colourLoss(red, planes)).toBeLessThan(1);
    expect(colourLoss(red, swapped)).toBeGreaterThan(1000);
  });
});

describe('crispColour', () => {
  it('brings fine colour closer to the photo, in the photo and in the layer', () => {
    const planes = planesOf(field);
    const { chroma, layerChroma } = sharpened(planes);
    expect(colourLoss(field, chroma)).toBeLessThan(0.95 * colourLoss(field, planes));
    expect(layerChroma).toEqual(chroma);
    // softer colour is no cure
    const softened = planes.map((value, i) => 2 * value - (chroma[i] as number));
    expect(colourLoss(field, softened)).toBeGreaterThan(1.05 * colourLoss(field, planes));
  });
  it('leaves one colour and slopes alone, up to the rims', () => {
    const planes = planesOf(flat);
    expect(sharpened(planes).chroma).toEqual(planes);
    const slope = planes.map((_, i) => 40 + 2 * (i % (WIDTH / 2)));
    const inner = (_: number, i: number): boolean => ![0, WIDTH / 2 - 1].includes(i % (WIDTH / 2));
    expect(sharpened(slope).chroma.filter(inner)).toEqual(slope.filter(inner));
  });
  it('does not let one plane or one line bleed into the next, and stays within the limited range', () => {
    const area = (WIDTH * HEIGHT) / 4;
    const planes = Uint8Array.from({ length: 2 * area }, (_, i) => (i < area ? 16 : 240));
    expect(sharpened(planes).chroma).toEqual(planes);
    const checkers = planes.map((_, i) => ((i + Math.floor(i / (WIDTH / 2))) % 2 === 0 ? 16 : 240));
    const values = sharpened(checkers).chroma;
    expect([Math.min(...values), Math.max(...values)]).toEqual([16, 240]);
  });
});
