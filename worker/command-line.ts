/** The command line of `npm run clip`: its options made from the manifests, its help, and what was typed turned into a request. */
import { basename, extname } from 'node:path';
import { parseArgs } from 'node:util';
import { clipOptions, expertOptions, type OptionSpec, parseOptions } from '../core/commands.ts';
import type { EngineManifest } from '../core/engine.ts';
import { wordsEngines } from '../core/engine-choice.ts';
import { AppError } from '../core/errors.ts';
import type { ClipOptionsInput } from '../core/request.ts';

export interface CommandLine {
  /** Null for a clip from words alone. */
  readonly photoPath: string | null;
  readonly prompt: string;
  readonly options: ClipOptionsInput;
  readonly outPath: string;
  /** Folder for the tensors of the run, or null. */
  readonly traceDir: string | null;
}

const specsOf = (manifests: readonly EngineManifest[]): readonly OptionSpec[] => [...clipOptions(manifests), ...expertOptions(manifests)];

const malformed = (problem: string): AppError => new AppError('REQUEST_MALFORMED', { problem });

/**
 * @returns null when help was asked for
 * @throws InputError REQUEST_MALFORMED, PHOTO_MISSING, OPTION_INVALID, OPTION_OUT_OF_RANGE
 */
export const parseCommandLine = (argv: readonly string[], manifests: readonly EngineManifest[]): CommandLine | null => {
  const { values, positionals } = tokenize(argv, specsOf(manifests));
  const { help, out, trace, text, ...rest } = values;
  if (help === true) return null;
  const [photoPath = null, ...words] = positionals;
  if (photoPath === null && text === undefined) throw new AppError('PHOTO_MISSING');
  if (text !== undefined && words.length > 0) throw malformed('the words are given twice, as --text and without it');
  const options = parseOptions(rest, manifests);
  const named = typeof out === 'string' ? formatOf(out) : undefined;
  if (named && options.format && named !== options.format) throw malformed(`--format ${options.format} does not go with --out ${basename(String(out))}`);
  const format = options.format ?? named ?? 'mp4';
  return {
    photoPath,
    // Unquoted words are meant as one description.
    prompt: typeof text === 'string' ? text : words.join(' '),
    options: { ...options, format },
    outPath: typeof out === 'string' ? out : `${photoPath === null ? 'clip' : basename(photoPath, extname(photoPath))}.${format}`,
    traceDir: typeof trace === 'string' ? trace : null,
  };
};

const tokenize = (argv: readonly string[], specs: readonly OptionSpec[]): { values: Record<string, string | true | undefined>; positionals: string[] } => {
  const ours = Object.fromEntries(specs.map(({ name, kind }) => [name, { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) }]));
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...ours,
        text: { type: 'string' },
        out: { type: 'string', short: 'o' },
        trace: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return { values: values as Record<string, string | true | undefined>, positionals };
  } catch (error) {
    // Node's own sentences name the option and what it lacks; the hint after the first one is about quoting.
    throw malformed((error instanceof Error ? error.message : String(error)).split('\n')[0]?.split('. ')[0] ?? '');
  }
};

/** @throws InputError OPTION_INVALID when the name ends in neither `.mp4` nor `.gif` */
const formatOf = (path: string): 'mp4' | 'gif' => {
  const extension = extname(path).toLowerCase();
  if (extension === '.mp4' || extension === '.gif') return extension.slice(1) as 'mp4' | 'gif';
  throw new AppError('OPTION_INVALID', { field: '--out', got: basename(path), allowed: 'a name ending in .mp4 or .gif' });
};

const takes = { required: 'photo', optional: 'photo or words alone', none: 'words alone' } as const;

export const commandLineHelp = (manifests: readonly EngineManifest[]): string => {
  const bounds = (spec: OptionSpec): string => {
    if (spec.kind === 'flag' || spec.kind === 'text') return '';
    if (spec.kind === 'choice') return ` (${spec.choices.map((choice) => choice.value).join(', ')})`;
    return ` (${spec.min}–${spec.max}${spec.default === undefined ? '' : `, usually ${spec.default}`})`;
  };
  const rows = [
    ['--out, -o FILE', 'Where to write the clip; .mp4 or .gif decides the format'],
    ['--text T', 'The words; alone, without a photo, for engines that need none'],
    ...specsOf(manifests).map((spec) => [
      `--${spec.name}${spec.kind === 'flag' ? '' : ` ${spec.name[0]?.toUpperCase()}`}`,
      `${spec.description}${bounds(spec)}`,
    ]),
    ['--trace DIR', 'Write every tensor of the run there as .npy'],
    ['--help, -h', 'This text'],
  ];
  const [fromWords] = wordsEngines(manifests);
  return [
    'Brings a photo to life, or makes a clip from words alone.',
    '',
    '  npm run clip -- photo.jpg "waves on the lake, slow zoom in" --out clip.mp4',
    ...(fromWords ? [`  npm run clip -- --text "a red boat on a misty lake" --engine ${fromWords.id}`] : []),
    '',
    ...rows.map(([name = '', text = '']) => `  ${name.padEnd(18)}${text}`),
    '',
    'Engines:',
    ...manifests.map(({ id, title, inputs }) => `  ${id.padEnd(18)}${title} (${takes[inputs.image]})`),
  ].join('\n');
};
