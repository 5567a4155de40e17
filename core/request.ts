/** What was asked: where it came from, the photo, the words, and options checked against an engine's manifest. */
import type { EngineManifest, NumberOption } from './engine.ts';
import { AppError } from './errors.ts';

export type ChannelName = 'discord' | 'telegram' | 'web';
export type ClipFormat = 'mp4' | 'gif';

/** Where a request came from. All ids carry their platform, so they never collide. */
export interface Origin {
  readonly channel: ChannelName;
  /** The scope of settings, quotas and bans: `discord:guild:1`, `discord:dm:2`, `telegram:chat:-3`, `web:local`. */
  readonly place: string;
  /** A room inside the place that may be allowed or not: a Discord channel id, a Telegram topic id, or ''. */
  readonly room: string;
  /** `discord:user:1`, `telegram:user:2`, `web:local`. */
  readonly user: string;
  readonly userName: string;
  /** BCP 47 tag of the person's language. */
  readonly locale: string;
}

/** The photo of a job as it lies in the file store. */
export interface PhotoRef {
  /** Lower-case hex SHA-256 of the bytes; the key in the file store is `photos/<sha256>`. */
  readonly sha256: string;
  readonly type: string;
  readonly bytes: number;
  /** Upright size, EXIF orientation applied. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Options as a person gives them; what is missing is filled from the manifest. */
export interface ClipOptionsInput {
  readonly engine?: string | undefined;
  readonly seconds?: number | undefined;
  readonly fps?: number | undefined;
  readonly seed?: number | undefined;
  readonly steps?: number | undefined;
  readonly guidance?: number | undefined;
  readonly motion?: number | undefined;
  readonly widthPx?: number | undefined;
  readonly heightPx?: number | undefined;
  readonly loop?: boolean | undefined;
  readonly format?: string | undefined;
}

/** Everything needed to make the clip again. */
export interface ClipRequest {
  readonly engine: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seconds: number;
  readonly fps: number;
  readonly frameCount: number;
  readonly seed: number;
  readonly steps: number;
  readonly guidance: number;
  readonly motion: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly loop: boolean;
  readonly format: ClipFormat;
}

export const MAX_SEED = 0xffff_ffff;
export const formats: readonly ClipFormat[] = ['mp4', 'gif'];

/** Control characters become spaces, runs of white space one space; text direction overrides are dropped. */
export const cleanPrompt = (raw: string): string =>
  raw
    .normalize('NFC')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
    .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const bounded = (field: string, value: number | undefined, option: NumberOption): number => {
  if (value === undefined) return option.default;
  if (!Number.isFinite(value) || value < option.min || value > option.max) {
    throw new AppError('OPTION_OUT_OF_RANGE', { field, min: option.min, max: option.max, got: String(value) });
  }
  return value;
};

/**
 * Fits a photo's aspect ratio into the sizes an engine can render; both sides even, never enlarged beyond the photo
 * unless a size was asked for.
 * @returns size in pixels
 */
export const fitSize = (
  photo: { widthPx: number; heightPx: number },
  manifest: EngineManifest,
  wanted: { widthPx?: number | undefined; heightPx?: number | undefined },
): { widthPx: number; heightPx: number } => {
  const { sidePx } = manifest.options;
  const aspect = photo.widthPx / photo.heightPx;
  let width: number;
  if (wanted.widthPx !== undefined && wanted.heightPx !== undefined) {
    width = Math.min(bounded('width', wanted.widthPx, sidePx), bounded('height', wanted.heightPx, sidePx) * aspect);
  } else if (wanted.widthPx !== undefined) width = bounded('width', wanted.widthPx, sidePx);
  else if (wanted.heightPx !== undefined) width = bounded('height', wanted.heightPx, sidePx) * aspect;
  else width = Math.min(photo.widthPx, aspect >= 1 ? sidePx.default : sidePx.default * aspect);
  let height = width / aspect;
  const shrink = Math.min(1, sidePx.max / Math.max(width, height), Math.sqrt(manifest.maxPixelsPerFrame / (width * height)));
  const even = (px: number): number => Math.max(sidePx.min, 2 * Math.round((px * shrink) / 2));
  width = even(width);
  height = even(height);
  return { widthPx: Math.min(width, sidePx.max), heightPx: Math.min(height, sidePx.max) };
};

/**
 * Checks words and options against the manifest and fills in what was not said.
 * @param randomSeed used when no seed was asked for
 * @throws InputError PROMPT_TOO_LONG, OPTION_OUT_OF_RANGE, OPTION_INVALID, TOO_MANY_FRAMES
 */
export const resolveRequest = (
  manifest: EngineManifest,
  rawPrompt: string,
  options: ClipOptionsInput,
  photo: { widthPx: number; heightPx: number },
  randomSeed: () => number,
): ClipRequest => {
  const prompt = cleanPrompt(rawPrompt);
  const characters = [...prompt].length;
  if (characters > manifest.maxPromptCharacters) {
    throw new AppError('PROMPT_TOO_LONG', { got: characters, max: manifest.maxPromptCharacters });
  }
  if (prompt === '' && manifest.inputs.text === 'required') throw new AppError('PROMPT_MISSING');
  const format = options.format ?? 'mp4';
  if (format !== 'mp4' && format !== 'gif') {
    throw new AppError('OPTION_INVALID', { field: 'format', got: format, allowed: formats.join(', ') });
  }
  const spec = manifest.options;
  const seconds = bounded('seconds', options.seconds, spec.seconds);
  const fps = Math.round(bounded('fps', options.fps, spec.fps));
  const frameCount = Math.max(2, Math.round(seconds * fps));
  if (frameCount > manifest.maxFrameCount) {
    throw new AppError('TOO_MANY_FRAMES', { seconds, fps, got: frameCount, max: manifest.maxFrameCount });
  }
  const seed = options.seed ?? randomSeed();
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED) {
    throw new AppError('OPTION_OUT_OF_RANGE', { field: 'seed', min: 0, max: MAX_SEED, got: String(seed) });
  }
  return {
    engine: manifest.id,
    prompt,
    negativePrompt: '',
    seconds,
    fps,
    frameCount,
    seed,
    steps: Math.round(bounded('steps', options.steps, spec.steps)),
    guidance: bounded('guidance', options.guidance, spec.guidance),
    motion: bounded('motion', options.motion, spec.motion),
    ...fitSize(photo, manifest, options),
    loop: options.loop ?? false,
    format,
  };
};
