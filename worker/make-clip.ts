/** One clip from beginning to end in this process: load the engine, decode the photo, generate, encode. */
import { readFile } from 'node:fs/promises';
import type { Checkpoints, Engine, FrameStream, Photo, Progress, Stage, Trace } from '../core/engine.ts';
import { AppError, type Note } from '../core/errors.ts';
import type { ClipFormat, ClipRequest } from '../core/request.ts';
import { encodeClip } from './media/encode.ts';
import { watchFrames } from './vision/frame-watch.ts';
import { decodeNative, decodePhoto } from './vision/photo.ts';

/** What to make, from which file, and where to leave it. */
export interface ClipTask {
  readonly request: ClipRequest;
  /** Null for a clip from words alone. */
  readonly photoPath: string | null;
  /** An existing folder; `clip.<format>` and `thumbnail.jpg` are left there. */
  readonly directory: string;
  readonly maxBytes: number;
}

export interface ClipContext {
  readonly signal: AbortSignal;
  /** At most about five times a second; the fraction never falls. */
  readonly onProgress: (progress: Progress) => void;
  readonly trace?: Trace | undefined;
  readonly ffmpegPath?: string | null | undefined;
  readonly checkpoints?: Checkpoints | undefined;
}

export interface ClipFile {
  readonly path: string;
  readonly thumbnailPath: string;
  readonly format: ClipFormat;
  readonly bytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly seconds: number;
  readonly fps: number;
  readonly frameCount: number;
}

/** Milliseconds per stage; `ffmpeg` is what encoding took beyond drawing, because both run at the same time. */
export const timedStages = ['load', 'photo', 'encode', 'denoise', 'render', 'ffmpeg'] as const;
export type Timings = Readonly<Record<(typeof timedStages)[number], number>>;

export interface Made {
  readonly clip: ClipFile;
  readonly notes: readonly Note[];
  readonly timingsMs: Timings;
}

/** Shares of the whole: loading comes first, fitting and sending come after the last frame. */
const LOADED = 0.02;
const DRAWN = 0.98;
const PROGRESS_EVERY_MS = 200;
/** While a large model is read or thinks about one step, a sign of life this often … */
const SIGN_OF_LIFE_MS = 5_000;
/** … but not for longer than any step of a model should take. */
const STEP_PATIENCE_MS = 30 * 60_000;

/** @throws everything that engines, photos and the encoder throw; CANCELED within one step of the signal */
export const makeClip = async (engine: Engine, task: ClipTask, { signal, onProgress, trace, ffmpegPath, checkpoints }: ClipContext): Promise<Made> => {
  const { request, photoPath, directory, maxBytes } = task;
  const { report, stop } = steady(onProgress);
  const clock = stopwatch();
  try {
    report({ stage: 'load', done: 0, total: 1, fraction: 0 });
    await engine.load();
    report({ stage: 'load', done: 1, total: 1, fraction: LOADED });
    clock.lap('load');
    if (signal.aborted) throw new AppError('CANCELED');

    report({ stage: 'encode', done: 0, total: 1, fraction: LOADED });
    const photo = photoPath === null ? null : await photoFor(engine, photoPath, request);
    clock.lap('photo');
    if (signal.aborted) throw new AppError('CANCELED');

    const stream = await engine.generate(
      { ...request, photo },
      {
        signal,
        onProgress: (progress) => {
          if (progress.stage === 'load' || progress.stage === 'encode' || progress.stage === 'denoise') clock.lap(progress.stage);
          report({ ...progress, fraction: LOADED + (DRAWN - LOADED) * progress.fraction });
        },
        ...(trace ? { trace } : {}),
        ...(checkpoints ? { checkpoints } : {}),
      },
    );
    clock.lap('render');

    const watched = watchFrames(clock.drawing(stream), { photo, motion: request.motion });
    const { notes: encoderNotes, ...clip } = await encodeClip(watched, {
      format: request.format,
      maxBytes,
      loop: request.loop,
      directory,
      ffmpegPath,
      signal,
      onFrame: (done, total) => report({ stage: 'render', done, total, fraction: done === total ? DRAWN : 0 }),
    });
    clock.lap('ffmpeg');
    return { clip, notes: [...wordNotes(engine, request), ...stream.notes, ...encoderNotes], timingsMs: clock.timingsMs() };
  } finally {
    stop();
  }
};

/** The photo as the engine wants it: at its own resolution with the clip's aspect, or at the clip's size. */
const photoFor = async ({ manifest }: Engine, path: string, request: ClipRequest): Promise<Photo> =>
  (manifest.inputs.native ? decodeNative : decodePhoto)(await readFile(path), request);

/** Words that an engine never reads must not be taken for ignored ones. */
const wordNotes = ({ manifest }: Engine, { prompt }: ClipRequest): readonly Note[] =>
  manifest.inputs.text === 'none' && prompt !== '' ? [{ code: 'NOTE_WORDS_UNREAD', params: { engine: manifest.title } }] : [];

/**
 * Passes progress on a few times a second and whenever a stage begins or ends, never letting the fraction fall; repeats the
 * last one while nothing new comes, so that whoever watches knows the process alive, but not for ever. What was passed over
 * last comes at the stop: a canceled clip costs what had been made of it.
 */
const steady = (onProgress: (progress: Progress) => void): { readonly report: (progress: Progress) => void; readonly stop: () => void } => {
  let fraction = 0;
  let stage: Stage | undefined;
  let toldAtMs = 0;
  let newest: { readonly progress: Progress; readonly atMs: number } | undefined;
  const repeat = setInterval(() => {
    if (newest && performance.now() - newest.atMs < STEP_PATIENCE_MS) onProgress(newest.progress);
  }, SIGN_OF_LIFE_MS);
  repeat.unref();
  return {
    report(progress) {
      fraction = Math.max(fraction, Math.min(1, progress.fraction));
      const nowMs = performance.now();
      newest = { progress: { ...progress, fraction }, atMs: nowMs };
      if (progress.stage === stage && progress.done < progress.total && nowMs - toldAtMs < PROGRESS_EVERY_MS) return;
      stage = progress.stage;
      toldAtMs = nowMs;
      onProgress(newest.progress);
    },
    stop() {
      clearInterval(repeat);
      if (newest && newest.atMs !== toldAtMs) onProgress(newest.progress);
    },
  };
};

/** Adds up the time of each stage. Drawing and encoding take turns, so drawing is timed frame by frame. */
const stopwatch = () => {
  const timings: Record<keyof Timings, number> = { load: 0, photo: 0, encode: 0, denoise: 0, render: 0, ffmpeg: 0 };
  let atMs = performance.now();
  const lap = (stage: keyof Timings): void => {
    const nowMs = performance.now();
    timings[stage] += nowMs - atMs;
    atMs = nowMs;
  };
  async function* timed(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    lap('ffmpeg');
    for await (const frame of frames) {
      lap('render');
      yield frame;
      lap('ffmpeg');
    }
  }
  return {
    lap,
    drawing: (stream: FrameStream): FrameStream => ({ ...stream, frames: timed(stream.frames) }),
    timingsMs: (): Timings => Object.fromEntries(timedStages.map((stage) => [stage, Math.round(timings[stage])])) as Timings,
  };
};
