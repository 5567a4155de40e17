/** A clip as the metrics need it: every frame small and grey, a few frames large and in colour. */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg, measure, runFfmpeg } from '../media/ffmpeg.ts';
import { evenPx } from '../media/profiles.ts';
import type { Raster } from '../vision/resample.ts';
import { type Grey, halve, lumaOf } from './grey.ts';

export interface Still {
  /** Number of the frame. */
  readonly index: number;
  readonly picture: Raster;
  readonly luma: Grey;
}

export interface ClipFrames {
  /** Size of the video itself. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly fps: number;
  readonly frameCount: number;
  /** Every frame, longer side 640 pixels (less for a smaller clip). */
  readonly middle: readonly Grey[];
  /** The same at half that size. */
  readonly small: readonly Grey[];
  /** Frame 0 and some others up to the last one, at the clip's size but at most 1280 pixels on the longer side. */
  readonly stills: readonly Still[];
}

/** Where stills are taken, as shares of the clip. Uneven, because at half and thirds of a loop cross-fades are back where they began. */
const STILLS_AT = [0, 0.13, 0.29, 0.42, 0.57, 0.71, 0.87, 1] as const;
const MIDDLE_SIDE_PX = 640;
const STILL_SIDE_PX = 1280;

const within = (widthPx: number, heightPx: number, longSidePx: number): { widthPx: number; heightPx: number } => {
  const factor = Math.min(1, longSidePx / Math.max(widthPx, heightPx));
  return { widthPx: evenPx(widthPx * factor), heightPx: evenPx(heightPx * factor) };
};

/**
 * Decodes an MP4 or GIF that an engine of ours made.
 * @throws MediaError ENCODE_FAILED when it cannot be read; ConfigError FFMPEG_MISSING
 */
export const readFrames = async (path: string, ffmpegPath?: string | null): Promise<ClipFrames> => {
  const ffmpeg = await findFfmpeg(ffmpegPath);
  const demuxer = (await startsWith(path, 'GIF8')) ? 'gif' : 'mov';
  const { widthPx, heightPx, fps, frameCount } = await measure(ffmpeg, path, demuxer);
  const middle = within(widthPx, heightPx, MIDDLE_SIDE_PX);
  const still = within(widthPx, heightPx, STILL_SIDE_PX);
  const indices = [...new Set(STILLS_AT.map((share) => Math.round(share * (frameCount - 1))))];
  const directory = await mkdtemp(join(tmpdir(), 'stillmotion-evaluate-'));
  try {
    const [greyPath, stillPath] = [join(directory, 'grey'), join(directory, 'stills')];
    // A GIF holds RGB; our MP4s are BT.709 in limited range, which old ffmpegs do not believe untold.
    const colour = demuxer === 'mov' ? ':in_color_matrix=bt709:in_range=tv' : '';
    // Colour has half the places. Without shrinking, an average repeats each of them four times, which no player does:
    // the finest colour of a lossless clip then misses its photo by 2 to 3 decibels more than what players draw.
    const filter = still.widthPx < widthPx ? 'area' : 'bicubic';
    const raw = (pixels: string, filters: string): string[] => ['-an', '-vf', filters, '-pix_fmt', pixels, '-c:v', 'rawvideo', '-f', 'rawvideo'];
    await runFfmpeg(ffmpeg, {
      inputs: [{ source: path, options: ['-f', demuxer] }],
      outputs: [
        { path: greyPath, options: raw('gray', `scale=${middle.widthPx}:${middle.heightPx}:flags=area${colour}:out_range=pc,format=gray`) },
        {
          path: stillPath,
          options: raw(
            'rgb24',
            // renumbered, so that ffmpeg does not fill the gaps with copies
            `select='${indices.map((i) => `eq(n,${i})`).join('+')}',setpts=N/(${fps}*TB),scale=${still.widthPx}:${still.heightPx}:flags=${filter}+accurate_rnd+full_chroma_int${colour},format=rgb24`,
          ),
        },
      ],
    });
    const greys = cut(await readFile(greyPath), middle.widthPx * middle.heightPx).map(
      (bytes): Grey => ({ width: middle.widthPx, height: middle.heightPx, data: Float32Array.from(bytes) }),
    );
    const pictures = cut(await readFile(stillPath), still.widthPx * still.heightPx * 3).slice(0, indices.length);
    return {
      ...{ widthPx, heightPx, fps, frameCount: greys.length },
      middle: greys,
      small: greys.map(halve),
      stills: pictures.map((rgb, i) => ({
        index: indices[i] as number,
        picture: { ...still, rgb },
        luma: lumaOf(rgb, still.widthPx, still.heightPx),
      })),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const startsWith = async (path: string, magic: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return buffer.toString('latin1') === magic;
  } finally {
    await file.close();
  }
};

const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
