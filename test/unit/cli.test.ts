/** What is typed after `npm run clip --`: names, bounds, formats and the help, all from the manifests. */
import { describe, expect, it } from 'vitest';
import { manifests } from '../../config/engines.ts';
import { AppError } from '../../core/errors.ts';
import { commandLineHelp, parseCommandLine } from '../../worker/command-line.ts';
import { wordsManifest } from '../support/manifest.ts';

const parse = (...argv: string[]) => parseCommandLine(argv, manifests);

const refusal = (...argv: string[]): AppError => {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('expected a refusal');
};

describe('the command line', () => {
  it('takes a photo, words and every option of the issue', () => {
    expect(
      parse(
        ...['photo.jpg', 'waves on the lake, slow zoom in', '--out', 'clips/a.mp4', '--engine', 'motion', '--seconds', '3', '--fps', '24', '--seed', '7'],
        ...['--steps', '10', '--guidance', '2.5', '--motion', '1.5', '--width', '640', '--height', '360', '--loop', '--format', 'mp4', '--trace', 'tensors'],
      ),
    ).toEqual({
      photoPath: 'photo.jpg',
      prompt: 'waves on the lake, slow zoom in',
      outPath: 'clips/a.mp4',
      traceDir: 'tensors',
      options: {
        engine: 'motion',
        seconds: 3,
        fps: 24,
        seed: 7,
        steps: 10,
        guidance: 2.5,
        motion: 1.5,
        widthPx: 640,
        heightPx: 360,
        loop: true,
        format: 'mp4',
      },
    });
  });

  it.each([
    [['dir/Lake.View.jpeg', 'x'], 'Lake.View.mp4', 'mp4'],
    [['lake', 'x', '--format', 'gif'], 'lake.gif', 'gif'],
    [['lake.jpg', 'x', '-o', 'a.GIF'], 'a.GIF', 'gif'],
    [['lake.jpg', 'x', '--out', 'b.mp4'], 'b.mp4', 'mp4'],
  ] as const)('%j writes %s as %s', (argv, outPath, format) => {
    expect(parse(...argv)).toMatchObject({ outPath, options: { format } });
  });

  it('takes words without a photo, also with one', () => {
    expect(parse('--text', 'a red boat', '--engine', 'motion')).toMatchObject({ photoPath: null, prompt: 'a red boat', outPath: 'clip.mp4' });
    expect(parse('--text', 'a red boat', '-o', 'boat.gif')).toMatchObject({ outPath: 'boat.gif', options: { format: 'gif' } });
    expect(parse('a.jpg', '--text', 'waves')).toMatchObject({ photoPath: 'a.jpg', prompt: 'waves', outPath: 'a.mp4' });
  });

  it('takes unquoted words as one description', () => expect(parse('a.jpg', 'waves', 'roll', 'in')?.prompt).toBe('waves roll in'));

  it.each([
    [[], 'PHOTO_MISSING', 'I need a photo'],
    [['a.jpg', 'x', '--fps', '99'], 'OPTION_OUT_OF_RANGE', 'between 8 and 30'],
    [['a.jpg', 'x', '--seconds', 'three'], 'OPTION_OUT_OF_RANGE', 'you asked for three'],
    [['a.jpg', 'x', '--engine', 'magic'], 'OPTION_INVALID', 'motion'],
    [['a.jpg', 'x', '--fsp', '9'], 'REQUEST_MALFORMED', '--fsp'],
    [['a.jpg', 'x', '--seed'], 'REQUEST_MALFORMED', '--seed'],
    [['a.jpg', 'x', '--text', 'y'], 'REQUEST_MALFORMED', 'given twice'],
    [['a.jpg', 'x', '--frames', '1'], 'OPTION_OUT_OF_RANGE', 'frames'],
    [['a.jpg', 'x', '--out', 'c.avi'], 'OPTION_INVALID', '.mp4 or .gif'],
    [['a.jpg', 'x', '--out', 'c.mp4', '--format', 'gif'], 'REQUEST_MALFORMED', '--out c.mp4'],
  ] as const)('%j is refused in one line', (argv, code, words) => {
    const error = refusal(...argv);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('\n');
  });

  it('names every option in its help, with the engines’ bounds', () => {
    expect(parse('--help')).toBeNull();
    const help = commandLineHelp(manifests);
    expect(help).not.toContain('--negative');
    expect(help).toContain('Motion (photo)');
    const several = commandLineHelp([...manifests, wordsManifest]);
    for (const line of ['--negative N', '--engine modelscope', 'ModelScope (words alone)']) expect(several).toContain(line);
    for (const name of [
      'out',
      'engine',
      'seconds',
      'fps',
      'seed',
      'motion',
      'format',
      'loop',
      'steps',
      'guidance',
      'width',
      'height',
      'frames',
      'text',
      'trace',
      'help',
    ])
      expect(help).toContain(`--${name}`);
    const fps = manifests[0]?.options.fps;
    expect(help).toContain(`(${fps?.min}–${fps?.max}, usually ${fps?.default})`);
  });
});
