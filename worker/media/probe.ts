/** What ffprobe says about a file of ours; for tests and measurements, since ffprobe is not needed to run. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const report = z.object({
  streams: z.array(
    z.object({
      codec_name: z.string(),
      profile: z.string().optional(),
      pix_fmt: z.string().optional(),
      width: z.number(),
      height: z.number(),
      r_frame_rate: z.string(),
      nb_read_frames: z.coerce.number(),
      color_space: z.string().optional(),
      color_range: z.string().optional(),
      color_primaries: z.string().optional(),
      color_transfer: z.string().optional(),
    }),
  ),
  format: z.object({ format_name: z.string(), duration: z.coerce.number(), size: z.coerce.number() }),
});

export interface Probe {
  readonly container: string;
  readonly codec: string;
  readonly profile: string | undefined;
  readonly pixelFormat: string | undefined;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly fps: number;
  /** Frames that were really decoded. */
  readonly frameCount: number;
  readonly seconds: number;
  readonly bytes: number;
  /** `range/matrix/primaries/transfer` as the stream declares them. */
  readonly colour: string;
  readonly streamCount: number;
}

/**
 * Decodes a whole file and reports its first video stream.
 * @param ffprobePath `ffprobe` is looked for on PATH when not given
 * @throws Error when ffprobe is missing or cannot read the file
 */
export const probe = async (path: string, ffprobePath = 'ffprobe'): Promise<Probe> => {
  const { stdout } = await promisify(execFile)(ffprobePath, [
    ...['-v', 'error', '-protocol_whitelist', 'file', '-count_frames', '-show_streams', '-show_format', '-of', 'json', path],
  ]);
  const { streams, format } = report.parse(JSON.parse(stdout));
  const [video] = streams;
  if (!video) throw new Error('there is no video stream');
  const [numerator = 0, denominator = 1] = video.r_frame_rate.split('/').map(Number);
  return {
    container: format.format_name,
    codec: video.codec_name,
    profile: video.profile,
    pixelFormat: video.pix_fmt,
    widthPx: video.width,
    heightPx: video.height,
    fps: numerator / denominator,
    frameCount: video.nb_read_frames,
    seconds: format.duration,
    bytes: format.size,
    colour: [video.color_range, video.color_space, video.color_primaries, video.color_transfer].join('/'),
    streamCount: streams.length,
  };
};
