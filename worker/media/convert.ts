/** A finished clip of ours in the other format, or made smaller: MP4 → GIF, GIF → MP4, MP4 → smaller MP4. */
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClipFormat } from '../../core/request.ts';
import { type EncodeOptions, FIRST_RATE, finish, inScratch } from './encode.ts';
import { measure, runFfmpeg } from './ffmpeg.ts';
import type { FitContext, Video } from './fit.ts';
import { fromGif } from './profiles.ts';

export interface Converted {
  readonly bytes: Uint8Array;
  readonly type: 'video/mp4' | 'image/gif';
}

/**
 * @param path a clip that this program made; never a file from outside
 * @throws MediaError ENCODE_FAILED, CLIP_TOO_BIG; ConfigError FFMPEG_MISSING; CanceledError
 */
export const convertClip = async (path: string, format: ClipFormat, maxBytes: number, ffmpegPath?: string | null, signal?: AbortSignal): Promise<Converted> => {
  const directory = await mkdtemp(join(tmpdir(), 'stillmotion-convert-'));
  try {
    const options: EncodeOptions = { format, maxBytes, directory, ffmpegPath, signal };
    const clip = await inScratch(options, 0, async (context) => finish(await asVideo(path, context), options, context));
    return { bytes: await readFile(clip.path), type: format === 'gif' ? 'image/gif' : 'video/mp4' };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** The clip as an MP4 with its measures; a GIF is turned into one first. */
const asVideo = async (path: string, { ffmpeg, directory, signal }: FitContext): Promise<Video> => {
  if (!(await isGif(path))) return { path, bytes: (await stat(path)).size, ...(await measure(ffmpeg, path, 'mov')) };
  const video = join(directory, 'first.mp4');
  await runFfmpeg(ffmpeg, { inputs: [{ source: path, options: ['-f', 'gif'] }], outputs: [{ path: video, options: fromGif(FIRST_RATE) }], signal });
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
