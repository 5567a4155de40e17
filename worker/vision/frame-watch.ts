/** Looks at frames on their way to the encoder: a model that draws one colour, or the same picture throughout, has failed. */
import type { FrameStream, Photo } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';

/** Brightness of a picture that shows anything varies by more than this many of 255 levels. */
const FLAT_LEVELS = 1.5;
/** Every so many-th pixel is looked at. */
const STRIDE = 7;

/** Standard deviation of brightness, in levels. @param values one byte per pixel, every `step`-th is looked at */
const variation = (values: Uint8Array, length: number, step: number): number => {
  let [count, sum, squares] = [0, 0, 0];
  for (let i = 0; i < length; i += step) {
    const value = values[i] as number;
    count++;
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
};

/**
 * The same stream, which ends with an error where no frame shows anything or none differs from the first. A photo of
 * one colour, and a clip that was asked to stand still, may do both.
 * @throws EngineError OUTPUT_BLANK, OUTPUT_FROZEN after the last frame
 */
export const watchFrames = (stream: FrameStream, { photo, motion }: { readonly photo: Photo | null; readonly motion: number }): FrameStream => {
  const plain = photo !== null && variation(photo.rgb, photo.rgb.length, 3 * STRIDE) < FLAT_LEVELS;
  if (plain) return stream;
  const pixels = stream.widthPx * stream.heightPx;

  async function* watched(): AsyncGenerator<Uint8Array> {
    let first: Uint8Array | undefined;
    let [shows, moves, count] = [false, false, 0];
    for await (const frame of stream.frames) {
      shows ||= variation(frame, pixels, STRIDE) >= FLAT_LEVELS;
      // one buffer per frame is promised, so the first stays what it was
      first ??= frame;
      moves ||= frame !== first && Buffer.compare(frame, first) !== 0;
      count++;
      yield frame;
    }
    if (!shows) throw new AppError('OUTPUT_BLANK');
    if (!moves && motion > 0 && count > 1) throw new AppError('OUTPUT_FROZEN');
  }
  return { ...stream, frames: watched() };
};
