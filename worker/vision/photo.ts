/** The one door to sharp: looks at a photo before anything is promised, and decodes it for an engine. */
import { createHash } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import type { Photo } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import { type PhotoInspector, photoLimits } from '../../core/photo.ts';
import { recognise } from './photo-type.ts';

// Everything libvips could open is closed first; what is left reads exactly the types we name.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer', 'VipsForeignLoadHeifBuffer', 'VipsForeignLoadNsgifBuffer'],
});
sharp.cache(false);

/** A photo may take this long to decode; 40 megapixels take about one second. */
const DECODE_SECONDS = 15;
/** Aspect ratios that differ by less than this differ by rounding only. */
const ROUNDING = 0.015;
/** Transparent parts become a light grey, on which both white and black drawings stay visible. */
const BEHIND = { r: 232, g: 232, b: 232 };

/** Decodes by content only: truncated data is an error, animations give their first frame, the header is checked first. */
const openPhoto = (bytes: Uint8Array, limitInputPixels: number | false = photoLimits.maxPixels): Sharp =>
  sharp(bytes, { failOn: 'error', limitInputPixels, pages: 1 }).timeout({ seconds: DECODE_SECONDS });

const broken = (cause: unknown): AppError => new AppError('PHOTO_BROKEN', {}, { cause });
const megabytes = (bytes: number): number => Math.round((bytes / (1024 * 1024)) * 10) / 10;

export const createPhotoInspector = (): PhotoInspector => ({
  async inspect(bytes) {
    const { maxBytes, maxPixels, minSidePx } = photoLimits;
    if (bytes.length === 0) throw new AppError('PHOTO_EMPTY');
    if (bytes.length > maxBytes) throw new AppError('PHOTO_TOO_LARGE', { gotMb: megabytes(bytes.length), maxMb: megabytes(maxBytes) });
    const found = recognise(bytes);
    if (found.kind === 'heic') throw new AppError('PHOTO_HEIC');
    if (found.kind === 'other') throw new AppError('PHOTO_TYPE', { type: found.name });

    // The header alone: a bomb is refused before a single pixel is decoded.
    const header = await openPhoto(bytes, false)
      .metadata()
      .catch((error: unknown) => {
        throw broken(error);
      });
    const { width: widthPx, height: heightPx } = header.autoOrient;
    if (widthPx * heightPx > maxPixels) {
      throw new AppError('PHOTO_TOO_MANY_PIXELS', { gotMp: Math.round((widthPx * heightPx) / 1e6), maxMp: maxPixels / 1e6 });
    }
    if (Math.min(widthPx, heightPx) < minSidePx) throw new AppError('PHOTO_TOO_SMALL', { widthPx, heightPx, minPx: minSidePx });

    // Every byte is read once, so that a photo cut off on the way is refused now and not when its turn has come.
    await openPhoto(bytes)
      .resize({ width: 64, height: 64, fit: 'inside' })
      .raw()
      .toBuffer()
      .catch((error: unknown) => {
        throw broken(error);
      });
    return { sha256: createHash('sha256').update(bytes).digest('hex'), type: found.type, bytes: bytes.length, widthPx, heightPx };
  },
});

/** A picture exactly as it lies in the file: no turning, no resizing. @throws InputError PHOTO_BROKEN */
export const decodeExactly = async (bytes: Uint8Array): Promise<Photo> => {
  const { data, info } = await openPhoto(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw broken(error);
    });
  if (info.channels !== 3) throw broken(new Error(`${info.channels} channels came out`));
  return { widthPx: info.width, heightPx: info.height, rgb: data };
};

/** The longest side of a photo that is decoded at its own resolution; no model looks closer. */
const MAX_NATIVE_PX = 4096;

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

const failed = (error: unknown): never => {
  throw broken(error);
};

const uprightSize = async (bytes: Uint8Array): Promise<Size> => {
  const { autoOrient } = await openPhoto(bytes).metadata().catch(failed);
  return { widthPx: autoOrient.width, heightPx: autoOrient.height };
};

/** Upright, opaque, sRGB; `cover` cuts off evenly on both sides what the aspect ratio has too much of, `fill` squeezes. */
const decodeTo = async (bytes: Uint8Array, { widthPx, heightPx }: Size, fit: 'cover' | 'fill'): Promise<Photo> => {
  const { data, info } = await openPhoto(bytes)
    .autoOrient()
    .flatten({ background: BEHIND })
    .resize({ width: widthPx, height: heightPx, fit, kernel: 'lanczos3' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(failed);
  if (info.channels !== 3) throw broken(new Error(`${info.channels} channels came out`));
  return { widthPx, heightPx, rgb: data };
};

/**
 * A photo as an engine wants it: upright, opaque, sRGB, exactly this size. Rounding to even sides squeezes it a little, so
 * that nothing is lost; what a really different aspect ratio has too much of is cut off evenly on both sides.
 * @throws InputError PHOTO_BROKEN
 */
export const decodePhoto = async (bytes: Uint8Array, size: Size): Promise<Photo> => {
  const upright = await uprightSize(bytes);
  const stretch = (upright.widthPx * size.heightPx) / (upright.heightPx * size.widthPx);
  return decodeTo(bytes, size, Math.abs(stretch - 1) < ROUNDING ? 'fill' : 'cover');
};

/**
 * A photo at its own resolution, for engines that scale it themselves: cut off evenly on both sides to the clip's aspect
 * ratio, its pixels untouched as long as neither side is longer than 4096.
 * @param clip a size with the aspect ratio that is wanted
 * @throws InputError PHOTO_BROKEN
 */
export const decodeNative = async (bytes: Uint8Array, clip: Size): Promise<Photo> => {
  const upright = await uprightSize(bytes);
  const aspect = clip.widthPx / clip.heightPx;
  const width = Math.min(upright.widthPx, upright.heightPx * aspect);
  const height = Math.min(upright.heightPx, upright.widthPx / aspect);
  const scale = Math.min(1, MAX_NATIVE_PX / Math.max(width, height));
  const side = (px: number): number => Math.max(1, Math.round(px * scale));
  return decodeTo(bytes, { widthPx: side(width), heightPx: side(height) }, 'cover');
};
