/** Photos from outside: every friendly kind is read upright and in the right colours, every hostile one gets its own sentence. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError, noteText } from '../../core/errors.ts';
import { photoLimits } from '../../core/photo.ts';
import { createPhotoInspector, decodeExactly, decodeNative, decodePhoto } from '../../worker/vision/photo.ts';
import * as photos from '../support/photos.ts';

const inspector = createPhotoInspector();
const rawPixels = async (bytes: Uint8Array): Promise<Buffer> => Buffer.from((await decodeExactly(bytes)).rgb);

const refusal = async (bytes: Uint8Array): Promise<AppError> => {
  const error = await inspector.inspect(bytes).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, got ${String(error)}`);
  return error;
};

const { red, green, blue, yellow } = photos.quarters;

/** The largest difference between the middles of the four quarters and what they should be. */
const error = async (
  bytes: Uint8Array,
  expected: readonly (readonly number[])[] = [red, green, blue, yellow],
  size = { widthPx: 96, heightPx: 64 },
): Promise<number> => {
  const { rgb } = await decodePhoto(bytes, size);
  expect(rgb.length).toBe(size.widthPx * size.heightPx * 3);
  const differences = expected.flatMap((colour, i) => {
    const x = Math.floor(size.widthPx * (i % 2 === 0 ? 0.25 : 0.75));
    const y = Math.floor(size.heightPx * (i < 2 ? 0.25 : 0.75));
    return colour.map((value, c) => Math.abs((rgb[(y * size.widthPx + x) * 3 + c] as number) - value));
  });
  return Math.max(...differences);
};

describe('photos that can be read', () => {
  it.each([
    ['image/jpeg', photos.jpeg],
    ['image/png', photos.png],
    ['image/webp', photos.webp],
    ['image/avif', photos.avif],
    ['image/gif', photos.animatedGif],
  ] as const)('%s', async (type, make) => {
    const bytes = await make();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await inspector.inspect(bytes)).toEqual({ sha256, type, bytes: bytes.length, widthPx: 96, heightPx: 64 });
    expect(await error(bytes)).toBeLessThanOrEqual(8);
  });

  it('CMYK comes out in its colours', async () => {
    const bytes = await photos.cmykJpeg();
    expect(await inspector.inspect(bytes)).toMatchObject({ type: 'image/jpeg', widthPx: 96 });
    // No CMYK ink is as strong as these screen colours; they must stay close and in place.
    expect(await error(bytes)).toBeLessThan(60);
  });

  it('16 bits per channel keep their brightness', async () => expect(await error(await photos.deepPng())).toBeLessThanOrEqual(1));

  it('grey becomes three equal channels', async () => {
    const { rgb } = await decodePhoto(await photos.greyPng(), { widthPx: 96, heightPx: 64 });
    expect(rgb.length).toBe(96 * 64 * 3);
    expect([rgb[0], rgb[1]]).toEqual([rgb[1], rgb[2]]);
  });

  it('what is transparent becomes light grey', async () => {
    const grey = [232, 232, 232];
    expect(await error(await photos.transparentPng(), [red, grey, red, grey])).toBeLessThanOrEqual(1);
  });

  it('a wide-gamut profile is converted to sRGB', async () => {
    // The encoder converted sRGB into P3; without the way back the colours would be paler.
    expect(await error(await photos.displayP3Jpeg())).toBeLessThanOrEqual(6);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is applied', async (orientation) => {
    const bytes = await photos.oriented(orientation);
    expect(await inspector.inspect(bytes)).toMatchObject({ widthPx: 96, heightPx: 64 });
    expect(await error(bytes)).toBeLessThanOrEqual(8);
  });

  it('is cut evenly on both sides when the clip has another shape', async () => {
    const bytes = await photos.png(200, 100);
    expect(await error(bytes, undefined, { widthPx: 64, heightPx: 128 })).toBeLessThanOrEqual(1);
    const { rgb } = await decodePhoto(bytes, { widthPx: 64, heightPx: 128 });
    const isRed = (x: number): boolean => Math.abs((rgb[x * 3] as number) - red[0]) < 40;
    // The border between red and green stays in the middle.
    expect([isRed(30), isRed(33)]).toEqual([true, false]);
  });
});

describe('a photo at its own resolution', () => {
  const native = async (bytes: Uint8Array, widthPx: number, heightPx: number) => decodeNative(bytes, { widthPx, heightPx });

  it('keeps its pixels to the last one where it has the clip’s shape', async () => {
    const { rgb, ...size } = await native(await photos.png(300, 200), 96, 64);
    expect(size).toEqual({ widthPx: 300, heightPx: 200 });
    expect(Buffer.compare(Buffer.from(rgb), await rawPixels(await photos.png(300, 200)))).toBe(0);
  });

  it.each([
    [300, 200, 64, 64, { widthPx: 200, heightPx: 200 }],
    [300, 200, 96, 32, { widthPx: 300, heightPx: 100 }],
    [300, 202, 96, 64, { widthPx: 300, heightPx: 200 }],
  ])('%i×%i for a clip of %i×%i is cut, not scaled', async (photoWidth, photoHeight, clipWidth, clipHeight, expected) => {
    const source = await photos.png(photoWidth, photoHeight);
    const { rgb, ...size } = await native(source, clipWidth, clipHeight);
    expect(size).toEqual(expected);
    const whole = await rawPixels(source);
    const [left, top] = [(photoWidth - size.widthPx) / 2, (photoHeight - size.heightPx) / 2];
    for (const [x, y] of [
      [0, 0],
      [size.widthPx - 1, size.heightPx - 1],
      [Math.floor(size.widthPx / 2) - 1, 3],
    ] as const) {
      const at = ((y + top) * photoWidth + x + left) * 3;
      expect([...rgb.subarray((y * size.widthPx + x) * 3, (y * size.widthPx + x) * 3 + 3)]).toEqual([...whole.subarray(at, at + 3)]);
    }
  });

  it('is upright before it is cut', async () => expect(await native(await photos.oriented(6), 64, 64)).toMatchObject({ widthPx: 64, heightPx: 64 }));

  it('is scaled down when it is larger than any model looks', async () =>
    expect(await native(await photos.jpeg(6000, 3000), 128, 64)).toMatchObject({ widthPx: 4096, heightPx: 2048 }));

  it('is refused when it is cut off', async () => {
    const whole = await photos.jpeg(300, 200);
    await expect(native(whole.subarray(0, whole.length / 2), 64, 64)).rejects.toMatchObject({ code: 'PHOTO_BROKEN' });
  });
});

describe('photos that are refused', () => {
  it.each([
    ['SVG', photos.svg],
    ['text', photos.text],
    ['text', photos.disguisedPlaylist],
    ['PDF', photos.pdf],
    ['ZIP archive', photos.zip],
    ['TIFF', photos.tiff],
    ['video', photos.mp4Video],
  ] as const)('%s, by its name', async (type, make) => {
    const refused = await refusal(await make());
    expect(refused.toNote()).toEqual({ code: 'PHOTO_TYPE', params: { type } });
    expect(noteText(refused.toNote())).toContain('Send a JPEG');
  });

  it('HEIC, with what to do', async () => {
    expect(noteText((await refusal(photos.heic())).toNote())).toContain('Share it as JPEG');
  });

  it('nothing at all', async () => expect((await refusal(new Uint8Array())).code).toBe('PHOTO_EMPTY'));

  it.each([
    ['JPEG', photos.jpeg],
    ['PNG', photos.png],
    ['WebP', photos.webp],
    ['AVIF', photos.avif],
    ['GIF', photos.animatedGif],
  ] as const)('a %s that was cut off', async (_name, make) => {
    const whole = await make();
    expect((await refusal(whole.subarray(0, Math.floor(whole.length * 0.4)))).code).toBe('PHOTO_BROKEN');
    expect((await refusal(whole.subarray(0, 16))).code).toBe('PHOTO_BROKEN');
  });

  it('a JPEG header followed by rubbish', async () => {
    const bytes = Buffer.concat([(await photos.jpeg()).subarray(0, 200), Buffer.alloc(5000, 0x55)]);
    expect((await refusal(bytes)).code).toBe('PHOTO_BROKEN');
  });

  it('a decompression bomb, before a pixel is decoded', async () => {
    const bomb = photos.bombPng();
    expect(bomb.length).toBeLessThan(50_000);
    const startedAt = performance.now();
    expect((await refusal(bomb)).toNote()).toEqual({ code: 'PHOTO_TOO_MANY_PIXELS', params: { gotMp: 256, maxMp: 40 } });
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('too many bytes', async () => {
    const bytes = await photos.hugeJpeg();
    expect(bytes.length).toBeGreaterThan(photoLimits.maxBytes);
    expect(await refusal(bytes)).toMatchObject({ code: 'PHOTO_TOO_LARGE', params: { maxMb: 15 } });
  });

  it('a sliver', async () => {
    expect((await refusal(await photos.png(400, 8))).toNote()).toEqual({ code: 'PHOTO_TOO_SMALL', params: { widthPx: 400, heightPx: 8, minPx: 32 } });
  });
});
