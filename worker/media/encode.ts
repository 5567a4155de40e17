/** Frames → MP4 or GIF with a preview picture. Frames are encoded once, almost without loss, while the engine still draws. */
import { copyFile, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { FrameStream } from '../../core/engine.ts';
import { AppError, asAppError, type Note } from '../../core/errors.ts';
import type { ClipFormat } from '../../core/request.ts';
import { type FfmpegOutput, findFfmpeg, runFfmpeg } from './ffmpeg.ts';
import { firstRate } from './first-rate.ts';
import { type FitContext, fitToBytes, type Video } from './fit.ts';
import { h264, rawInput, thumbnail } from './profiles.ts';

export interface EncodeOptions {
  readonly format: ClipFormat;
  readonly maxBytes: number;
  /** The last frame is followed by the first one. */
  readonly loop?: boolean | undefined;
  /** Where the files are left: `clip.<format>` and `thumbnail.jpg`. */
  readonly directory: string;
  /** See `findFfmpeg`. */
  readonly ffmpegPath?: string | null | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called for every frame handed over, and again with `done = total` before each try to fit the clip into its limit. */
  readonly onFrame?: ((done: number, total: number) => void) | undefined;
}

/** A finished clip on disk. */
export interface EncodedClip extends Video {
  readonly format: ClipFormat;
  readonly seconds: number;
  readonly notes: readonly Note[];
}

/**
 * Each frame must stay unchanged after it was yielded; it may still be on its way to ffmpeg.
 * @throws MediaError ENCODE_FAILED, CLIP_TOO_BIG; ConfigError FFMPEG_MISSING; CanceledError; EngineError, as the engine
 *   throws while it draws. Nothing is left in the directory then.
 */
export const encodeClip = (stream: FrameStream, options: EncodeOptions): Promise<EncodedClip & { readonly thumbnailPath: string }> =>
  inScratch(options, stream.frameCount, async (context) => {
    const { widthPx, heightPx, fps, frameCount } = stream;
    const first = join(context.directory, 'first.mp4');
    const preview = join(context.directory, 'thumbnail.jpg');
    const opened = await open(stream, context.signal);
    // What is fitted later is fitted from this first encoding: it is a hundred times smaller than raw frames on disk, and
    // at this quality a second generation cannot be told from the first.
    const rate = options.loop ? { loopFrameCount: frameCount } : firstRate(opened.head, stream);
    await encodeFrames(opened.stream, options, context, [
      { path: first, options: h264(rate) },
      { path: preview, options: thumbnail(stream) },
    ]);
    const clip = await finish({ path: first, bytes: (await stat(first)).size, widthPx, heightPx, fps, frameCount }, options, context);
    const thumbnailPath = join(resolve(options.directory), 'thumbnail.jpg');
    await rename(preview, thumbnailPath);
    return { ...clip, thumbnailPath };
  });

/** Runs `work` with a scratch folder of its own, which is gone afterwards however it ended. */
export const inScratch = async <T>(options: EncodeOptions, frameCount: number, work: (context: FitContext) => Promise<T>): Promise<T> => {
  const ffmpeg = await findFfmpeg(options.ffmpegPath);
  let directory: string | undefined;
  try {
    directory = await mkdtemp(join(resolve(options.directory), 'encode-'));
    return await work({ ffmpeg, directory, signal: options.signal, onTry: () => options.onFrame?.(frameCount, frameCount) });
  } catch (error) {
    throw asAppError(error, 'ENCODE_FAILED');
  } finally {
    if (directory) await rm(directory, { recursive: true, force: true });
  }
};

/** Fits a clip where it must be fitted and puts it where it was asked for. */
export const finish = async (source: Video, options: EncodeOptions, context: FitContext): Promise<EncodedClip> => {
  const { format, maxBytes } = options;
  const fits = format === 'mp4' && source.bytes <= maxBytes;
  const video = fits ? { ...source, reduced: false } : await fitToBytes(source, format, maxBytes, context);
  if (context.signal?.aborted) throw new AppError('CANCELED');
  const path = join(resolve(options.directory), `clip.${format}`);
  // Only what lies in the scratch folder is ours to move.
  await (video.path.startsWith(context.directory) ? rename : copyFile)(video.path, path);
  const { bytes, widthPx, heightPx, fps, frameCount } = video;
  const notes = video.reduced ? [new AppError('NOTE_REDUCED', { widthPx, heightPx }).toNote()] : [];
  return { path, format, bytes, widthPx, heightPx, fps, frameCount, seconds: frameCount / fps, notes };
};

/**
 * The first frame, empty when there is none, and the stream with it still in it.
 * @throws CanceledError; EngineError, as the engine throws while it draws
 */
const open = async (stream: FrameStream, signal: AbortSignal | undefined): Promise<{ readonly head: Uint8Array; readonly stream: FrameStream }> => {
  const rest = stream.frames[Symbol.asyncIterator]();
  const first = await unlessAborted(rest.next(), signal).catch((error: unknown) => {
    // not awaited: it waits for the frame that was given up
    rest.return?.().catch(() => {});
    throw asAppError(error, 'ENGINE_FAILED');
  });
  const frames = async function* () {
    try {
      for (let next = first; !next.done; next = await rest.next()) yield next.value;
    } finally {
      await rest.return?.();
    }
  };
  return { head: first.done ? new Uint8Array() : first.value, stream: { ...stream, frames: frames() } };
};

/** An engine that does not heed the signal must not hold up whoever aborted. */
const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(new AppError('CANCELED'));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', abort));
  });

/** Pulls frames only as fast as ffmpeg takes them; a failure of the engine stops ffmpeg and wins over ffmpeg's own. */
const encodeFrames = async (
  stream: FrameStream,
  { onFrame }: EncodeOptions,
  { ffmpeg, signal }: FitContext,
  outputs: readonly FfmpegOutput[],
): Promise<void> => {
  const stop = new AbortController();
  let failure: unknown;
  const guarded = async function* () {
    try {
      yield* checked(stream, onFrame);
    } catch (error) {
      failure = error;
      stop.abort();
    }
  };
  const source = Readable.from(guarded(), { objectMode: false, highWaterMark: 1 });
  const inputs = [{ source, options: rawInput(stream) }];
  try {
    await runFfmpeg(ffmpeg, { inputs, outputs, signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal });
  } catch (error) {
    throw failure ? asAppError(failure, 'ENGINE_FAILED') : error;
  } finally {
    source.destroy();
  }
};

async function* checked({ frames, widthPx, heightPx, frameCount }: FrameStream, onFrame: EncodeOptions['onFrame']): AsyncGenerator<Uint8Array> {
  const frameBytes = (widthPx * heightPx * 3) / 2;
  let done = 0;
  for await (const frame of frames) {
    if (frame.length !== frameBytes) throw broken(`frame ${done} has ${frame.length} bytes instead of ${frameBytes}`);
    yield frame;
    done += 1;
    onFrame?.(done, frameCount);
  }
  if (done !== frameCount) throw broken(`${done} frames came instead of ${frameCount}`);
}

const broken = (problem: string): AppError => new AppError('ENGINE_FAILED', {}, { cause: new Error(problem) });
