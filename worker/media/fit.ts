/** The one place where a clip is made to fit a byte limit: first quality, then size, then frames per second. */

import { stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { ClipFormat } from '../../core/request.ts';
import { type Ffmpeg, type FfmpegOutput, runFfmpeg } from './ffmpeg.ts';
import { type Cut, clipInput, evenPx, type FrameShape, type GifQuality, gif, h264, palette } from './profiles.ts';

/** A video file of ours. */
export interface Video extends FrameShape {
  readonly path: string;
  readonly bytes: number;
  readonly frameCount: number;
}

export interface FitContext {
  readonly ffmpeg: Ffmpeg;
  /** Scratch folder; the result lies in it. */
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
  /** A sign of life before each try. */
  readonly onTry: () => void;
}

interface Rung {
  /** Share of each side that is kept. */
  readonly scale: number;
  /** Every how many-th frame is kept. */
  readonly step: number;
}

const rungs: readonly Rung[] = [
  ...[1, 0.75, 0.5].map((scale) => ({ scale, step: 1 })),
  ...[0.5, 0.375, 0.25].map((scale) => ({ scale, step: 2 })),
  ...[0.25, 0.125].map((scale) => ({ scale, step: 3 })),
];

const MIN_SIDE_PX = 16;
const MAX_GIF_SIDE_PX = 640;
const MAX_GIF_FPS = 25;

/**
 * Makes a video fit into `maxBytes`. The source is an MP4 encoded almost without loss, so its size says how much there
 * is to see, and rungs of the ladder where the limit would leave only mush are skipped untried.
 * @throws MediaError CLIP_TOO_BIG, ENCODE_FAILED; CanceledError
 */
export const fitToBytes = async (source: Video, format: ClipFormat, maxBytes: number, context: FitContext): Promise<Video & { readonly reduced: boolean }> => {
  const top =
    format === 'gif'
      ? { scale: Math.min(1, MAX_GIF_SIDE_PX / Math.max(source.widthPx, source.heightPx)), step: Math.ceil(source.fps / MAX_GIF_FPS) }
      : { scale: 1, step: 1 };
  const climb = format === 'gif' ? gifClimber(source, context) : mp4Climber(source, context);
  const cuts = rungs.map((rung) => ({ ...cutOf(source, { scale: top.scale * rung.scale, step: top.step * rung.step }), reduced: rung.scale < 1 }));
  const legal = cuts.filter((cut) => Math.min(cut.widthPx, cut.heightPx) >= MIN_SIDE_PX);
  for (const cut of legal) {
    const video = await climb(cut, maxBytes, cut === legal.at(-1));
    if (video) return { ...video, reduced: cut.reduced };
  }
  throw new AppError('CLIP_TOO_BIG', { maxMb: Math.round(maxBytes / 104_857.6) / 10 });
};

/** Tries one rung. @returns null when it does not fit, or surely would not look like anything */
type Climb = (cut: Cut, maxBytes: number, last: boolean) => Promise<Video | null>;

const cutOf = (source: Video, { scale, step }: Rung): Cut => ({ widthPx: evenPx(source.widthPx * scale), heightPx: evenPx(source.heightPx * scale), step });

/** Detail shrinks a little slower than area; neighbouring frames share most of their bits. */
const shareOf = (cut: Cut, of: Cut): number => ((cut.widthPx * cut.heightPx) / (of.widthPx * of.heightPx)) ** 0.8 * (of.step / cut.step) ** 0.8;

const finished = async (source: Video, cut: Cut, path: string): Promise<Video> => ({
  path,
  bytes: (await stat(path)).size,
  widthPx: cut.widthPx,
  heightPx: cut.heightPx,
  fps: source.fps / cut.step,
  frameCount: Math.ceil(source.frameCount / cut.step),
});

const run = (source: Video, outputs: readonly FfmpegOutput[], { ffmpeg, signal }: FitContext, second: readonly string[] = []): Promise<void> =>
  runFfmpeg(ffmpeg, {
    inputs: [{ source: source.path, options: clipInput }, ...second.map((path) => ({ source: path, options: ['-f', 'image2'] }))],
    outputs,
    signal,
  });

/** Below this share of the bytes that good quality takes, a smaller size looks better than a lower bitrate. */
const LEAST_MP4_SHARE = 0.3;

const mp4Climber = (source: Video, context: FitContext): Climb => {
  const whole = cutOf(source, { scale: 1, step: 1 });
  return async (cut, maxBytes, last) => {
    const frameCount = Math.ceil(source.frameCount / cut.step);
    // The index of an MP4: a fixed part and about 24 bytes per frame.
    const payloadBytes = 0.97 * maxBytes - 1500 - 24 * frameCount;
    if (payloadBytes <= 0 || (!last && payloadBytes < LEAST_MP4_SHARE * source.bytes * shareOf(cut, whole))) return null;
    let bitsPerSecond = Math.floor((payloadBytes * 8 * source.fps) / source.frameCount);
    const logPath = join(context.directory, `pass-${cut.widthPx}-${cut.step}`);
    context.onTry();
    await run(source, [{ path: devNull, options: h264({ bitsPerSecond, pass: 1, logPath }, cut) }], context);
    for (let attempt = 0; attempt < 3 && bitsPerSecond > 1000; attempt += 1) {
      const path = join(context.directory, 'fitted.mp4');
      context.onTry();
      await run(source, [{ path, options: h264({ bitsPerSecond, pass: 2, logPath }, cut) }], context);
      const video = await finished(source, cut, path);
      if (video.bytes <= maxBytes) return video;
      bitsPerSecond = Math.floor(bitsPerSecond * 0.95 * (maxBytes / video.bytes));
    }
    return null;
  };
};

/** Coarse GIFs come out at half the size of fine ones or a little more. */
const COARSE_GIF_SHARE = 0.5;

const gifClimber = (source: Video, context: FitContext): Climb => {
  let known: { readonly cut: Cut; readonly bytes: number } | undefined;
  return async (cut, maxBytes, last) => {
    const path = join(context.directory, 'fitted.gif');
    const palettePath = join(context.directory, 'palette.png');
    const attempt = async (quality: GifQuality): Promise<Video> => {
      context.onTry();
      await run(source, [{ path: palettePath, options: palette(quality, cut) }], context);
      await run(source, [{ path, options: gif(quality, cut) }], context, [palettePath]);
      return finished(source, cut, path);
    };
    const expected = (): number => (known ? known.bytes * shareOf(cut, known.cut) : 0);
    if (expected() <= 1.1 * maxBytes) {
      const fine = await attempt('fine');
      if (fine.bytes <= maxBytes) return fine;
      known = { cut, bytes: fine.bytes };
    }
    if (!last && expected() * COARSE_GIF_SHARE > maxBytes) return null;
    const coarse = await attempt('coarse');
    return coarse.bytes <= maxBytes ? coarse : null;
  };
};
