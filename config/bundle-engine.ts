/** An engine's manifest derived from its bundle: what commands, checks, help and quotas need to know about it. */
import { createHash } from 'node:crypto';
import type { EngineManifest, NumberOption } from '../core/engine.ts';
import { type BundleManifest, type Family, fewestSteps } from '../worker/onnx/bundle-manifest.ts';

interface FamilyFacts {
  readonly image: EngineManifest['inputs']['image'];
  readonly text: EngineManifest['inputs']['text'];
  readonly description: string;
}

/** What people may give each family, and what it does in a sentence that fits into a menu. */
export const familyFacts: Readonly<Record<Family, FamilyFacts>> = {
  svd: { image: 'required', text: 'none', description: 'Brings a photo to life by itself; takes no words.' },
  animatediff: { image: 'none', text: 'required', description: 'Makes a short clip from words alone.' },
  'animatediff-sparsectrl': { image: 'required', text: 'required', description: 'Continues your photo as the words say.' },
  'animatediff-ipadapter': { image: 'required', text: 'required', description: 'Makes a clip in the manner of your photo, as the words say.' },
  'i2vgen-xl': { image: 'required', text: 'required', description: 'Brings a photo to life as the words say.' },
  'modelscope-t2v': { image: 'none', text: 'required', description: 'Makes a short clip from words alone.' },
  ltx: { image: 'optional', text: 'required', description: 'Makes a clip from words, with or without a photo as its beginning.' },
  'wan22-ti2v': { image: 'optional', text: 'required', description: 'Makes a clip from words, with or without a photo as its beginning.' },
  'wan22-i2v': { image: 'required', text: 'required', description: 'Brings a photo to life as the words say; the largest of all.' },
};

const FPS = { min: 4, max: 30 } as const;
const STEPS = { min: 2, max: 100 } as const;
const GUIDANCE = { min: 1, max: 20 } as const;
/** Words beyond the model's tokens are cut off by its tokenizer; so many characters rarely make more tokens. */
const CHARACTERS_PER_TOKEN = 5;
const MAX_PROMPT_CHARACTERS = 2000;
/** A clip that nobody can describe still carries words in its recipe. */
const USUAL_PROMPT_CHARACTERS = 400;
/** Weights times steps of a clip that costs as much as one of the embedded engine. */
const BYTES_STEPS_PER_COST = 10e9;
const MAX_COST = 100;

const around = (bounds: { readonly min: number; readonly max: number }, step: number, usual: number): NumberOption => ({
  min: Math.min(bounds.min, usual),
  max: Math.max(bounds.max, usual),
  step,
  default: usual,
});

/** Distilled models are used in a step or two; below what a sampler can do nothing is offered. */
const stepsOf = (bundle: BundleManifest): NumberOption => {
  const fewest = fewestSteps(bundle);
  const usual = Math.max(fewest, bundle.defaults.steps);
  const { min, max, ...rest } = around(STEPS, 1, usual);
  return { ...rest, min: Math.max(min, fewest), max: Math.max(max, fewest) };
};

const single: NumberOption = { min: 1, max: 1, step: 1, default: 1 };

/** Frame counts that make a moving picture: one frame is none. */
const frameCounts = ({ sizes, denoiser }: BundleManifest): NumberOption => {
  const { min, max, step, default: usual } = sizes.frames;
  const first = min >= 2 ? min : min + step;
  const last = Math.min(max, denoiser.maxFrames ?? max);
  return { min: first, max: last, step, default: Math.min(Math.max(usual, first), last) };
};

/** Tenths where the usual length then still means the usual frame count, otherwise hundredths. */
const secondsOf = (frames: NumberOption, fps: NumberOption): NumberOption => {
  const usual = frames.default / fps.default;
  const tenths = Math.abs(Math.round(usual * 10) / 10 - usual) * fps.default < frames.step / 2;
  const parts = tenths ? 10 : 100;
  return {
    min: Math.max(1, Math.floor((frames.min / fps.max) * parts)) / parts,
    max: Math.ceil((frames.max / fps.min) * parts) / parts,
    step: 1 / parts,
    default: Math.max(1, Math.round(usual * parts)) / parts,
  };
};

/** All bytes of the graphs that run once per step. */
const denoiserBytes = ({ components }: BundleManifest): number =>
  Object.entries(components)
    .filter(([name]) => /^(unet|transformer|transformer_2|controlnet)$/.test(name))
    .reduce((sum, [, { bytes, externalData }]) => externalData.reduce((all, file) => all + file.bytes, sum + bytes), 0);

/** Changes with every graph, because the same seed then gives other frames. */
const versionOf = ({ components }: BundleManifest): string => {
  const hash = createHash('sha256');
  for (const { sha256, externalData } of Object.values(components)) hash.update([sha256, ...externalData.map((file) => file.sha256)].join());
  return hash.digest('hex').slice(0, 12);
};

/** The reference's own size, when the manifest tells it. */
const usualSizeOf = ({ defaults: { call } }: BundleManifest): Pick<EngineManifest['options'], 'usualSize'> => {
  const { width, height } = call;
  return typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0 ? { usualSize: { widthPx: width, heightPx: height } } : {};
};

const printable = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim();

/**
 * The engine that a bundle is.
 * @param id the name of its folder in MODELS_DIR
 * @param known what the catalogue says about it, when it is one of the published models
 */
export const engineOf = (bundle: BundleManifest, id: string, known?: { readonly title: string }): EngineManifest => {
  const { image, text, description } = familyFacts[bundle.family];
  const { sidePx, maxPixels } = bundle.sizes;
  const { fps, steps, guidance } = bundle.defaults;
  const frames = frameCounts(bundle);
  const fpsOption = around(FPS, 1, fps);
  const files = [...bundle.files, ...Object.values(bundle.components).flatMap((component) => [component, ...component.externalData])];
  return {
    id,
    family: bundle.family,
    title: known?.title ?? id,
    description,
    version: versionOf(bundle),
    licence: printable(bundle.source.licence),
    embedded: false,
    inputs: { image, text, native: true, negative: text !== 'none' },
    options: {
      seconds: secondsOf(frames, fpsOption),
      fps: fpsOption,
      steps: stepsOf(bundle),
      guidance: around(GUIDANCE, 0.1, guidance),
      motion: bundle.family === 'svd' ? { min: 0, max: 2, step: 0.1, default: 1 } : single,
      sidePx,
      ...usualSizeOf(bundle),
      frames,
      loop: false,
    },
    maxPixelsPerFrame: maxPixels,
    maxFrameCount: frames.max,
    maxPromptCharacters: bundle.text ? Math.min(MAX_PROMPT_CHARACTERS, bundle.text.maxTokens * CHARACTERS_PER_TOKEN) : USUAL_PROMPT_CHARACTERS,
    costWeight: Math.min(MAX_COST, Math.max(1, Math.round((denoiserBytes(bundle) * steps) / BYTES_STEPS_PER_COST))),
    folder: id,
    files: files.map(({ file, bytes, sha256 }) => ({ path: file, bytes, sha256 })),
  };
};
