/** `npm run clip` and `npm run doctor` as a person runs them: real processes, the real engine, tiny clips. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectClip } from '../support/frames.ts';
import * as photos from '../support/photos.ts';

const root = join(import.meta.dirname, '..', '..');
let directory = '';
let photo = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-test-'));
  photo = join(directory, 'photo.jpg');
  await writeFile(photo, await photos.jpeg(192, 128));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param until sends SIGINT as soon as this text appears on standard error */
const node = (entry: string, args: readonly string[], { env = {}, until }: { env?: Record<string, string>; until?: string } = {}): Promise<Run> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const before = said.err;
      said.err += text;
      if (until && said.err.includes(until) && !before.includes(until)) child.kill('SIGINT');
    });
    child.on('error', reject).on('close', (code) => resolve({ code, ...said }));
  });

const clip = (args: readonly string[], options?: Parameters<typeof node>[2]): Promise<Run> => node('worker/cli.ts', args, options);
const tiny = ['--seconds', '1', '--fps', '8', '--steps', '4', '--width', '96', '--seed', '7'];

describe('npm run clip', () => {
  it('makes a clip even of a CMYK photo, tells recipe and times, and the same seed gives the same file', async () => {
    const cmyk = join(directory, 'cmyk.jpg');
    await writeFile(cmyk, await photos.cmykJpeg());
    const [first, second] = [join(directory, 'made', 'a.mp4'), join(directory, 'b.mp4')];
    const trace = join(directory, 'tensors');
    const run = await clip([cmyk, 'slow zoom in', '--out', first, '--trace', trace, ...tiny]);
    expect(run).toMatchObject({ code: 0 });
    expect(await inspectClip(first)).toMatchObject({ codec: 'h264', widthPx: 96, heightPx: 64, fps: 8, frameCount: 8 });
    expect(run.out).toContain('96×64, 1 s, 8 fps, 8 frames');
    expect(run.out).toContain('seed 7');
    expect(run.out).toMatch(/load [\d.]+ s · photo [\d.]+ s · encode [\d.]+ s · denoise [\d.]+ s · render [\d.]+ s · ffmpeg [\d.]+ s · total [\d.]+ s/);
    expect(run.err.trim().split('\n')).toEqual(['Loading the model …', 'Looking at the photo …', 'Imagining the motion …', 'Drawing the frames …']);
    expect(await readdir(trace)).toEqual(expect.arrayContaining(['initial_noise_field.npy', 'latents_field_00.npy', 'latents_field_03.npy', 'frame_000.npy']));

    expect((await clip([cmyk, 'slow zoom in', '--out', second, ...tiny])).code).toBe(0);
    expect((await readFile(second)).equals(await readFile(first))).toBe(true);
  });

  it('turns a photo from a phone upright and writes a GIF when the name says so', async () => {
    const sideways = join(directory, 'sideways.jpg');
    await writeFile(sideways, await photos.oriented(6));
    const out = join(directory, 'clip.gif');
    expect((await clip([sideways, 'slow zoom in', '--out', out, ...tiny])).code).toBe(0);
    expect(await inspectClip(out)).toMatchObject({ codec: 'gif', widthPx: 96, heightPx: 64 });
  });

  it('stops at Ctrl-C with 130 and leaves no file', async () => {
    const out = join(directory, 'never.mp4');
    const run = await clip([photo, 'slow zoom in', '--out', out, ...tiny, '--seconds', '8', '--fps', '24'], { until: 'Drawing' });
    expect(run).toMatchObject({ code: 130, out: '' });
    expect(await readdir(directory)).not.toContain('never.mp4');
  });

  it('says in one line what is wrong with what it was given, and exits with 2', async () => {
    const file = async (name: string, bytes: Uint8Array): Promise<string> => {
      await writeFile(join(directory, name), bytes);
      return join(directory, name);
    };
    const cases: readonly (readonly [readonly string[], string])[] = [
      [[await file('text.jpg', photos.text()), 'x'], 'I cannot read this kind of file (text)'],
      [[await file('bomb.png', photos.bombPng()), 'x'], 'I take up to 40'],
      [[photo, 'w'.repeat(401)], 'Please shorten it'],
      [[join(directory, 'nowhere.jpg'), 'x'], 'cannot be read'],
    ];
    const runs = await Promise.all(cases.map(([args]) => clip(args)));
    runs.forEach((run, i) => {
      expect(run).toMatchObject({ code: 2, out: '' });
      expect(run.err).toContain(cases[i]?.[1]);
      expect(run.err.trim().split('\n')).toHaveLength(1);
    });
  });

  it('exits with 1 when the machine is at fault', async () => {
    const run = await clip([photo, 'x', '--out', join(directory, 'no.mp4'), ...tiny], { env: { FFMPEG_PATH: '/nowhere/ffmpeg' } });
    expect(run.code).toBe(1);
    expect(run.err).toContain('Install ffmpeg or set FFMPEG_PATH');
  });
});

describe('npm run doctor', () => {
  it('finds everything that is needed here', async () => {
    const run = await node('worker/doctor.ts', [], {
      env: { DATA_DIR: join(directory, 'data'), DATABASE_URL: '', REDIS_URL: '', DISCORD_TOKEN: '', TELEGRAM_TOKEN: 'canary-token' },
    });
    expect(run).toMatchObject({ code: 0, err: '' });
    for (const line of ['✓ Node', '✓ ffmpeg', '✓ sharp', '✓ engine motion', '✓ data folder', '– Redis', '– PostgreSQL', '– Discord', '✓ Telegram token is set'])
      expect(run.out).toContain(line);
    expect(run.out).not.toContain('canary');
  });

  it('names what is broken with the fix, keeps passwords to itself, and exits with 1', async () => {
    const env = {
      DATA_DIR: '/dev/null/x',
      FFMPEG_PATH: '/nowhere/ffmpeg',
      DATABASE_URL: 'postgres://u:canary@127.0.0.1:1/x',
      REDIS_URL: 'redis://:canary@127.0.0.1:1',
    };
    const run = await node('worker/doctor.ts', [], { env });
    expect(run.code).toBe(1);
    for (const line of ['✗ data folder', '✗ ffmpeg', '✗ PostgreSQL', '✗ Redis', '→ Start it, or correct REDIS_URL.', '→ Make it writable'])
      expect(run.out).toContain(line);
    expect(`${run.out}${run.err}`).not.toContain('canary');
  });
});
