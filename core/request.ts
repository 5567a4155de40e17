/** What was asked: where it came from, the photo, the words, and options checked against an engine's manifest. */
import { bounded, fitLength, fitSize, type Size } from './clip-shape.ts';
import type { EngineManifest } from './engine.ts';
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
  /** Ids of the person's roles in the place, where the platform has roles and tells them. */
  readonly roles?: readonly string[];
}

/** The photo of a job as it lies in the file store. */
export interface PhotoRef {
  /** Lower-case hex SHA-256 of the bytes. */
  readonly sha256: string;
  /** In the file store; see `photoKey`. */
  readonly key?: string;
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
  /** The exact number of frames, instead of seconds. */
  readonly frames?: number | undefined;
  readonly loop?: boolean | undefined;
  /** What the clip should not show. */
  readonly negative?: string | undefined;
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

/** Control characters become spaces, runs of white space one space; text direction overrides and halves of characters are dropped. */
export const cleanPrompt = (raw: string): string =>
  raw
    .normalize('NFC')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
    // half a character is no text to a database
    .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();

/** The words without what does not belong there. @throws InputError PROMPT_TOO_LONG */
const checkedWords = (raw: string, { maxPromptCharacters: max }: EngineManifest): string => {
  const words = cleanPrompt(raw);
  const got = [...words].length;
  if (got > max) throw new AppError('PROMPT_TOO_LONG', { got, max });
  return words;
};

/**
 * Checks words and options against the manifest and fills in what was not said.
 * @param photo its upright size, or null for a clip from words alone
 * @param randomSeed used when no seed was asked for
 * @param maxSeconds the longest clip the place allows, or null
 * @throws InputError PHOTO_MISSING, PROMPT_TOO_LONG, PROMPT_MISSING, OPTION_OUT_OF_RANGE, OPTION_INVALID, OPTION_UNSUPPORTED,
 *   SIZE_IMPOSSIBLE, FRAMES_IMPOSSIBLE, TOO_MANY_FRAMES
 */
export const resolveRequest = (
  manifest: EngineManifest,
  rawPrompt: string,
  options: ClipOptionsInput,
  photo: Size | null,
  randomSeed: () => number,
  maxSeconds: number | null = null,
): ClipRequest => {
  if (!photo && manifest.inputs.image === 'required') throw new AppError('PHOTO_MISSING');
  const prompt = checkedWords(rawPrompt, manifest);
  if (prompt === '' && (manifest.inputs.text === 'required' || !photo)) throw new AppError('PROMPT_MISSING');
  const negativePrompt = checkedWords(options.negative ?? '', manifest);
  if (negativePrompt !== '' && !manifest.inputs.negative) throw new AppError('OPTION_UNSUPPORTED', { engine: manifest.title, field: 'negative' });
  const format = options.format ?? 'mp4';
  if (format !== 'mp4' && format !== 'gif') {
    throw new AppError('OPTION_INVALID', { field: 'format', got: format, allowed: formats.join(', ') });
  }
  const loop = options.loop ?? false;
  if (loop && !manifest.options.loop) throw new AppError('OPTION_UNSUPPORTED', { engine: manifest.title, field: 'loop' });
  const length = fitLength(manifest, options, maxSeconds);
  const seed = options.seed ?? randomSeed();
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED) {
    throw new AppError('OPTION_OUT_OF_RANGE', { field: 'seed', min: 0, max: MAX_SEED, got: String(seed) });
  }
  const { steps, guidance, motion } = manifest.options;
  return {
    engine: manifest.id,
    prompt,
    negativePrompt,
    ...length,
    seed,
    steps: Math.round(bounded('steps', options.steps, steps)),
    guidance: bounded('guidance', options.guidance, guidance),
    motion: bounded('motion', options.motion, motion),
    ...fitSize(photo, manifest, options),
    loop,
    format,
  };
};
