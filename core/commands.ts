/** Commands as data: names, options with bounds from the manifests, and the one-line form typed in a chat. */
import type { EngineManifest, NumberOption } from './engine.ts';
import { AppError } from './errors.ts';
import { type ClipOptionsInput, formats, MAX_SEED } from './request.ts';

export type OptionSpec =
  | {
      readonly name: string;
      readonly kind: 'integer' | 'number';
      readonly min: number;
      readonly max: number;
      readonly default?: number;
      readonly description: string;
    }
  | {
      readonly name: string;
      readonly kind: 'choice';
      readonly choices: readonly { readonly value: string; readonly title: string }[];
      readonly description: string;
    }
  | { readonly name: string; readonly kind: 'text'; readonly maxCharacters: number; readonly description: string }
  | { readonly name: string; readonly kind: 'flag'; readonly description: string };

const span = (manifests: readonly EngineManifest[], pick: (m: EngineManifest) => NumberOption): { min: number; max: number; default: number } => ({
  min: Math.min(...manifests.map((m) => pick(m).min)),
  max: Math.max(...manifests.map((m) => pick(m).max)),
  default: pick(manifests[0] as EngineManifest).default,
});

/** The longest words any engine takes. */
export const promptCharacters = (manifests: readonly EngineManifest[]): number => Math.max(...manifests.map((m) => m.maxPromptCharacters));

/** An option where at least one engine leaves a choice. */
const offered = (spec: OptionSpec, isOffered: boolean): readonly OptionSpec[] => (isOffered ? [spec] : []);

/** The options of a clip, bounds being the widest over all engines; the engine's own are checked on submit. */
export const clipOptions = (manifests: readonly EngineManifest[]): readonly OptionSpec[] => [
  { name: 'engine', kind: 'choice', choices: manifests.map((m) => ({ value: m.id, title: m.title })), description: 'Which engine makes the clip' },
  { name: 'seconds', kind: 'number', ...span(manifests, (m) => m.options.seconds), description: 'Length of the clip in seconds' },
  { name: 'fps', kind: 'integer', ...span(manifests, (m) => m.options.fps), description: 'Frames per second' },
  { name: 'seed', kind: 'integer', min: 0, max: MAX_SEED, description: 'The same seed gives the same clip again' },
  ...offered(
    {
      name: 'motion',
      kind: 'number',
      ...span(manifests, (m) => m.options.motion),
      description: 'How much moves: 0 still, 1 as the words say, 2 twice as much',
    },
    manifests.some((m) => m.options.motion.min < m.options.motion.max),
  ),
  { name: 'format', kind: 'choice', choices: formats.map((f) => ({ value: f, title: f.toUpperCase() })), description: 'MP4 video or GIF' },
  ...offered(
    { name: 'loop', kind: 'flag', description: 'End where it began, to play in a circle' },
    manifests.some((m) => m.options.loop),
  ),
  ...offered(
    { name: 'negative', kind: 'text', maxCharacters: promptCharacters(manifests), description: 'What should not be in the clip' },
    manifests.some((m) => m.inputs.negative),
  ),
];

/** The fewest and the most frames of any engine; how many there are otherwise follows from the seconds. */
const framesSpan = (manifests: readonly EngineManifest[]): { min: number; max: number } => ({
  min: Math.min(...manifests.map((m) => m.options.frames?.min ?? 2)),
  max: Math.max(...manifests.map((m) => m.maxFrameCount)),
});

/** Options that only some ways in offer (command line, REST, typed words). */
export const expertOptions = (manifests: readonly EngineManifest[]): readonly OptionSpec[] => [
  { name: 'steps', kind: 'integer', ...span(manifests, (m) => m.options.steps), description: 'Denoising steps' },
  { name: 'guidance', kind: 'number', ...span(manifests, (m) => m.options.guidance), description: 'How strictly the words are followed' },
  { name: 'width', kind: 'integer', ...span(manifests, (m) => m.options.sidePx), description: 'Width of the clip in pixels' },
  { name: 'height', kind: 'integer', ...span(manifests, (m) => m.options.sidePx), description: 'Height of the clip in pixels' },
  { name: 'frames', kind: 'integer', ...framesSpan(manifests), description: 'Exact number of frames, instead of seconds' },
];

const fieldOf: Readonly<Record<string, keyof ClipOptionsInput>> = { width: 'widthPx', height: 'heightPx' };

/**
 * Options by name as text (a form, a command line, typed words) → typed options.
 * @throws InputError OPTION_INVALID, OPTION_OUT_OF_RANGE
 */
export const parseOptions = (values: Readonly<Record<string, string | true | undefined>>, manifests: readonly EngineManifest[]): ClipOptionsInput => {
  const specs = [...clipOptions(manifests), ...expertOptions(manifests)];
  const options: Record<string, string | number | boolean> = {};
  for (const [name, raw] of Object.entries(values)) {
    if (raw === undefined || raw === '') continue;
    const spec = specs.find((s) => s.name === name);
    if (!spec) throw new AppError('OPTION_INVALID', { field: 'option', got: name.slice(0, 40), allowed: specs.map((s) => s.name).join(', ') });
    const field = fieldOf[name] ?? name;
    if (spec.kind === 'text') {
      if (raw === true) throw new AppError('OPTION_INVALID', { field: name, got: '', allowed: 'a few words' });
      options[field] = raw;
    } else if (spec.kind === 'flag') {
      const on = raw === true || /^(1|true|on|yes)$/i.test(raw);
      if (!on && !/^(0|false|off|no)$/i.test(String(raw)))
        throw new AppError('OPTION_INVALID', { field: name, got: String(raw).slice(0, 40), allowed: 'true, false' });
      options[field] = on;
    } else if (spec.kind === 'choice') {
      const choice = spec.choices.find((c) => c.value === String(raw).toLowerCase());
      if (!choice) throw new AppError('OPTION_INVALID', { field: name, got: String(raw).slice(0, 40), allowed: spec.choices.map((c) => c.value).join(', ') });
      options[field] = choice.value;
    } else {
      const value = raw === true || !/^-?\d+(\.\d+)?$/.test(raw.trim()) ? Number.NaN : Number(raw);
      if (!(value >= spec.min && value <= spec.max) || (spec.kind === 'integer' && !Number.isInteger(value))) {
        throw new AppError('OPTION_OUT_OF_RANGE', { field: name, min: spec.min, max: spec.max, got: String(raw).slice(0, 40) });
      }
      options[field] = value;
    }
  }
  return options as ClipOptionsInput;
};

/** `--name`, or the dash a phone makes of it, with its value if one follows. */
const TYPED = /(?:^|\s)(?:--|—|–)([a-zA-Z]+)(?:[ =](?:["“]([^"”]*)["”]|([^\s—–-][^\s]*)))?/g;

/**
 * Splits what a person typed after a command into words and `--option value` pairs. Phones turn `--` into a dash;
 * both are understood. `--loop` and `--gif` stand alone; `--negative` takes every word up to the next option, or the quoted ones.
 * @throws as `parseOptions`
 */
export const parseTyped = (text: string, manifests: readonly EngineManifest[]): { readonly prompt: string; readonly options: ClipOptionsInput } => {
  const values: Record<string, string | true> = {};
  const unquoted = /(?:^|\s)(?:--|—|–)negative[ =](?!["“])(.*?)(?=\s(?:--|—|–)[a-zA-Z]|$)/is;
  const rest = text.replace(unquoted, (_whole, words: string) => {
    values.negative = words.trim() || true;
    return '';
  });
  const prompt = rest.replace(TYPED, (_whole, rawName: string, quoted: string | undefined, bare: string | undefined) => {
    const name = rawName.toLowerCase();
    const value = quoted ?? bare;
    if (name === 'gif' || name === 'mp4') {
      values.format = name;
      return value === undefined ? '' : ` ${value}`;
    }
    if (name === 'loop') {
      values.loop = true;
      return value === undefined ? '' : ` ${value}`;
    }
    values[name] = value ?? true;
    return '';
  });
  return { prompt: prompt.trim(), options: parseOptions(values, manifests) };
};
