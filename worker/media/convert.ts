/** A finished clip of ours in the other format, or made smaller: MP4 → GIF, GIF → MP4, MP4 → smaller MP4, at last only its beginning. */
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, asAppError } from '../../core/errors.ts';
import type { ClipFormat } from '../../core/request.ts';
import { type EncodedClip, type EncodeOptions, finish, inScratch } from './encode.ts';
import { measure, runFfmpeg } from './ffmpeg.ts';
import { USUAL_RATE } from './first-rate.ts';
import type { FitContext, Video } from './fit.ts';
import { clipInput, fromGif, h264 } from './profiles.ts';

export interface Converted extends Pick<EncodedClip, 'widthPx' | 'heightPx' | 'seconds' | 'fps' | 'frameCount' | 'notes'> {
  readonly bytes: Uint8Array;
  readonly type: 'video/mp4' | 'image/gif';
}

/** Shares of a clip that are tried as a preview when the whole does not fit at any quality. */
const PREVIEW_SHARES = [0.5, 0.25] as const;

/**
 * @param path a clip that this program made; never a file from outside
 * @throws MediaError ENCODE_FAILED, CLIP_TOO_BIG; ConfigError FFMPEG_MISSING; CanceledError
 */
export const convertClip = (path: string, format: ClipFormat, maxBytes: number, ffmpegPath?: string | null): Promise<Converted> =>
  remade(path, { format, maxBytes, ffmpegPath }, finish);

/** As `convertClip`; when nothing of the whole fits, its beginning alone, and a note that says so. */
export const fitClip = (path: string, format: ClipFormat, maxBytes: number, ffmpegPath?: string | null): Promise<Converted> =>
  remade(path, { format, maxBytes, ffmpegPath }, wholeOrBeginning);

const remade = async (path: string, wanted: Omit<EncodeOptions, 'directory'>, make: typeof finish): Promise<Converted> => {
  const directory = await mkdtemp(join(tmpdir(), 'stillmotion-convert-'));
  try {
    const options = { ...wanted, directory };
    const { path: made, format, ...facts } = await inScratch(options, 0, async (context) => make(await asVideo(path, context), options, context));
    return { ...facts, bytes: await readFile(made), type: format === 'gif' ? 'image/gif' : 'video/mp4' };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const wholeOrBeginning: typeof finish = async (video, options, context) => {
  const tooBig = (error: unknown): null => {
    if (asAppError(error).code === 'CLIP_TOO_BIG') return null;
    throw error;
  };
  const whole = await finish(video, options, context).catch(tooBig);
  if (whole) return whole;
  for (const share of PREVIEW_SHARES) {
    const beginning = await finish(await cutAfter(video, share, context), options, context).catch(tooBig);
    if (beginning) return { ...beginning, notes: [...beginning.notes, new AppError('NOTE_PREVIEW', { seconds: beginning.seconds.toFixed(1) }).toNote()] };
  }
  throw new AppError('CLIP_TOO_BIG', { maxMb: Math.round(options.maxBytes / 104_857.6) / 10 });
};

/** The first frames of a clip. */
const cutAfter = async (video: Video, share: number, { ffmpeg, directory, signal }: FitContext): Promise<Video> => {
  const path = join(directory, `beginning-${share}.mp4`);
  const frameCount = Math.max(1, Math.round(video.frameCount * share));
  const outputs = [{ path, options: [...h264(USUAL_RATE), '-frames:v', String(frameCount)] }];
  await runFfmpeg(ffmpeg, { inputs: [{ source: video.path, options: clipInput }], outputs, signal });
  return { ...video, path, frameCount, bytes: (await stat(path)).size };
};

/** The clip as an MP4 with its measures; a GIF is turned into one first. */
const asVideo = async (path: string, { ffmpeg, directory, signal }: FitContext): Promise<Video> => {
  if (!(await isGif(path))) return { path, bytes: (await stat(path)).size, ...(await measure(ffmpeg, path, 'mov')) };
  const video = join(directory, 'first.mp4');
  await runFfmpeg(ffmpeg, { inputs: [{ source: path, options: ['-f', 'gif'] }], outputs: [{ path: video, options: fromGif(USUAL_RATE) }], signal });
  return { path: video, bytes: (await stat(video)).size, ...(await measure(ffmpeg, video, 'mov')) };
};

const isGif = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1') === 'GIF8';
  } finally {
    await file.close();
  }
};
