/** The cascade that finds faces against facenet-pytorch's own; see record-faces.py. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Photo } from '../../core/engine.ts';
import type { Logger } from '../../core/logger.ts';
import { openSession, type Session } from '../../worker/onnx/session.ts';
import { cascade, type FaceNetworks, findFaces } from '../../worker/parts/face-finder.ts';
import { resample } from '../../worker/vision/resample.ts';

type Case = { readonly leastPx: number; readonly boxes: readonly (readonly [number, number, number, number, number])[] };

const data = new URL('./data/', import.meta.url);
const recorded = JSON.parse(readFileSync(new URL('faces.json', data), 'utf8')) as Record<'one' | 'pair' | 'at the border' | 'none', Case>;
const models = fileURLToPath(new URL('../../worker/models/motion/', import.meta.url));
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const never = new AbortController().signal;

describe('the face finder', () => {
  const open = async (name: string): Promise<Session> => openSession(`${models}${name}.onnx`, { providers: ['cpu'], threads: 1, log: silent });
  let networks: Record<keyof FaceNetworks, Session>;
  let picture: Photo;
  beforeAll(async () => {
    networks = { pnet: await open('pnet'), rnet: await open('rnet'), onet: await open('onet') };
    const { data: pixels, info } = await sharp(fileURLToPath(new URL('faces.png', data)))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    picture = { widthPx: info.width, heightPx: info.height, rgb: new Uint8Array(pixels) };
  });
  afterAll(async () => {
    for (const session of Object.values(networks)) await session.dispose();
  });

  /** The picture from a corner on; columns beyond its width show its mirror image. */
  const view = (left: number, top: number, widthPx: number): Photo => {
    const heightPx = picture.heightPx - top;
    const rgb = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => {
      const [row, column] = [top + Math.floor(i / 3 / widthPx), left + (Math.floor(i / 3) % widthPx)];
      const from = column < picture.widthPx ? column : 2 * picture.widthPx - 1 - column;
      return picture.rgb[(row * picture.widthPx + from) * 3 + (i % 3)] as number;
    });
    return { widthPx, heightPx, rgb };
  };

  it.each([
    ['one', 0, 0, 160],
    ['pair', 0, 0, 320],
    ['at the border', 60, 28, 100],
    ['none', 0, 80, 160],
  ] as const)('finds the same boxes as the reference: %s', async (name, left, top, widthPx) => {
    const { leastPx, boxes } = recorded[name];
    const found = (await cascade(view(left, top, widthPx), leastPx, networks, never)).toSorted((a, b) => a.left - b.left);
    expect(found).toHaveLength(boxes.length);
    for (const [i, box] of boxes.entries()) {
      const { left: x, top: y, right, bottom, probability } = found[i] as (typeof found)[number];
      // weights are stored as float16
      for (const [k, value] of [x, y, right, bottom].entries()) expect(Math.abs(value - (box[k] as number))).toBeLessThan(0.05);
      expect(probability).toBeCloseTo(box[4], 3);
    }
  });

  it('tells places in shares of the photo, whatever its size', async () => {
    const whole = { x: 0, y: 0, width: 160, height: 160 };
    for (const [widthPx, heightPx] of [
      [160, 160],
      [1500, 1500],
    ] as const) {
      const [face, ...others] = await findFaces(resample(picture, whole, widthPx, heightPx), networks, never);
      expect(others).toEqual([]);
      expect(face?.left).toBeCloseTo(0.36, 1);
      expect(face?.bottom).toBeCloseTo(0.34, 1);
    }
  });

  it.each([
    [1, 1],
    [2, 300],
    [40, 24],
  ])('finds nothing in a photo of %i x %i pixels without a face, and does not fail', async (widthPx, heightPx) => {
    const rgb = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => (i * 2654435761) >>> 24);
    expect(await findFaces({ widthPx, heightPx, rgb }, networks, never)).toEqual([]);
  });

  it('stops when it is told to', async () => {
    await expect(findFaces(picture, networks, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELED' });
  });
});
