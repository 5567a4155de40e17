/** ffmpeg's options for what we make: H.264 that plays everywhere, GIF with a palette of its own, and the preview picture. */

export interface FrameShape {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly fps: number;
}

/** What is kept of a video: every `step`-th frame, scaled to this size. */
export interface Cut {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly step: number;
}

/** Raw planar YUV 4:2:0, back to back. */
export const rawInput = ({ widthPx, heightPx, fps }: FrameShape): string[] => [
  ...['-f', 'rawvideo', '-pixel_format', 'yuv420p', '-video_size', `${widthPx}x${heightPx}`, '-framerate', String(fps)],
];

/** An MP4 of our own. */
export const clipInput: readonly string[] = ['-f', 'mov'];

// The matrix is always named: old ffmpegs take anything untagged for BT.601.
const scale = ({ widthPx, heightPx }: Cut): string => `scale=${widthPx}:${heightPx}:flags=lanczos:in_color_matrix=bt709:in_range=tv`;
const every = ({ step }: Cut): string[] => (step > 1 ? [`framestep=${step}`] : []);

/** Quality by constant rate factor (and how much finer colour is coded), the same for a loop of so many frames, or a size in two passes. */
export type Rate =
  | { readonly crf: number; readonly chromaQpOffset?: number }
  | { readonly loopFrameCount: number }
  | { readonly bitsPerSecond: number; readonly pass: 1 | 2; readonly logPath: string };

/** An MP4 from YUV frames of ours: all of them, or what `cut` keeps. */
export const h264 = (rate: Rate, cut?: Cut): string[] => mp4(rate, cut ? [...every(cut), `${scale(cut)}:out_color_matrix=bt709:out_range=tv`] : []);

/** An MP4 from a GIF of ours. */
export const fromGif = (rate: Rate): string[] => mp4(rate, ['scale=trunc(iw/2)*2:trunc(ih/2)*2:out_color_matrix=bt709:out_range=tv', 'format=yuv420p']);

/** H.264 High, yuv420p, BT.709 limited range said in the stream and to the filters, index first. */
const mp4 = (rate: Rate, filters: readonly string[]): string[] => {
  const tags = 'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709';
  return [
    ...['-an', '-vf', [...filters, tags].join(','), '-c:v', 'libx264', '-profile:v', 'high', '-pix_fmt', 'yuv420p', ...quality(rate)],
    ...['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
    ...('pass' in rate && rate.pass === 1 ? ['-f', 'null'] : ['-movflags', '+faststart', '-f', 'mp4']),
  ];
};

const quality = (rate: Rate): string[] => {
  if ('loopFrameCount' in rate) return evenEnds(rate.loopFrameCount);
  const fast = ['-preset', 'veryfast'];
  if ('crf' in rate) {
    const colour = rate.chromaQpOffset === undefined ? [] : ['-x264-params', `chroma-qp-offset=${rate.chromaQpOffset}`];
    return [...fast, '-crf', String(rate.crf), ...colour];
  }
  return [...fast, '-b:v', String(rate.bitsPerSecond), '-pass', String(rate.pass), '-passlogfile', rate.logPath];
};

/** Over how many frames before the last one a loop's quality rises. */
const RISE_FRAMES = 12;

/**
 * In a loop the first frame follows the last one, whose grain has long been lost while the first one's is fresh: the
 * picture jumps even where the frames do not. Both get many times the bits of the others, which are coded harder for it,
 * and the grain comes back over the frames before the last one, not all at once.
 * Measured on six photos with three calm motions each: the largest step in the last second is 1.1 to 2.6 usual steps
 * (1.5 to 8.4 without the rise), the one across the seam 0.9 to 2.8 (0.9 to 3.0), for 26 to 52 % more bytes.
 */
const evenEnds = (frameCount: number): string[] => {
  const last = frameCount - 1;
  const rise = Math.min(RISE_FRAMES, Math.floor(frameCount / 4));
  const zones = Array.from({ length: rise + 1 }, (_, n) => {
    const frame = last - rise + n;
    return `${frame},${frame},b=${(14 ** ((n + 1) / (rise + 1))).toFixed(2)}`;
  });
  return ['-preset', 'medium', '-crf', '24', '-x264-params', `zones=${['0,0,b=6', ...zones].join('/')}`];
};

/** `fine` for the eye, `coarse` for the limit: fewer colours and an ordered pattern, which compresses far better. */
export type GifQuality = 'fine' | 'coarse';

/** The colours that this clip needs; those that move count. */
export const palette = (quality: GifQuality, cut: Cut): string[] => [
  ...['-an', '-vf', [...every(cut), scale(cut), `palettegen=max_colors=${quality === 'fine' ? 256 : 96}:stats_mode=diff`].join(',')],
  ...['-frames:v', '1', '-c:v', 'png', '-update', '1', '-f', 'image2'],
];

/** Second input: the palette. Plays for ever. */
export const gif = (quality: GifQuality, cut: Cut): string[] => {
  const dither = quality === 'fine' ? 'sierra2_4a' : 'bayer:bayer_scale=4';
  const filters = [...every(cut), scale(cut)].join(',');
  return ['-an', '-filter_complex', `[0:v]${filters}[x];[x][1:v]paletteuse=dither=${dither}:diff_mode=rectangle`, '-loop', '0', '-f', 'gif'];
};

const MAX_THUMBNAIL_PX = 320;

/** The first frame as a JPEG, at most 320 pixels on its longer side; far below 200 kB at this quality. */
export const thumbnail = ({ widthPx, heightPx }: FrameShape): string[] => {
  const shrink = Math.min(1, MAX_THUMBNAIL_PX / Math.max(widthPx, heightPx));
  const cut = { widthPx: evenPx(widthPx * shrink), heightPx: evenPx(heightPx * shrink), step: 1 };
  // Through RGB, because the ffmpeg of 2018 leaves the range as it is when both sides are YUV. JPEG is BT.601, full range.
  const filters = `${scale(cut)},format=rgb24,scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p`;
  return ['-an', '-frames:v', '1', '-vf', filters, '-c:v', 'mjpeg', '-q:v', '4', '-update', '1', '-f', 'image2'];
};

/** The nearest even number of pixels, at least 2. */
export const evenPx = (px: number): number => Math.max(2, 2 * Math.round(px / 2));
