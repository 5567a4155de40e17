/** The one door to ffmpeg: finding a binary that works, and running it without a shell, a network or a terminal. */
import { execFile } from 'node:child_process';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import ffmpegCommand from 'fluent-ffmpeg';
import { AppError } from '../../core/errors.ts';

export interface Ffmpeg {
  readonly path: string;
  readonly version: string;
  readonly source: 'FFMPEG_PATH' | 'PATH' | 'npm package';
}

/** One input: a local file that we wrote ourselves, or raw frames. The options must name the demuxer. */
export interface FfmpegInput {
  readonly source: string | Readable;
  readonly options: readonly string[];
}

/** One output file. The options must name the muxer and the encoder. */
export interface FfmpegOutput {
  readonly path: string;
  readonly options: readonly string[];
}

const exec = promisify(execFile);

const versionOf = (path: string): Promise<string | null> =>
  exec(path, ['-hide_banner', '-version'], { timeout: 20_000 }).then(
    ({ stdout }) => /version (\S+)/.exec(stdout)?.[1] ?? 'unknown',
    () => null,
  );

const packagedPath = async (): Promise<string | null> => {
  try {
    return (await import('@ffmpeg-installer/ffmpeg')).default.path;
  } catch {
    // The package throws on a platform it has no binary for.
    return null;
  }
};

const found = new Map<string, Ffmpeg>();

/**
 * The first ffmpeg that answers: the configured one, `ffmpeg` on PATH, the binary inside the npm package (a build of
 * 2018: good enough for our own frames, never for media from outside). Remembered once found.
 * @param configuredPath when given, nothing else is tried
 * @throws ConfigError FFMPEG_MISSING
 */
export const findFfmpeg = async (configuredPath?: string | null): Promise<Ffmpeg> => {
  const known = found.get(configuredPath ?? '');
  if (known) return known;
  const candidates = configuredPath
    ? [{ source: 'FFMPEG_PATH' as const, path: configuredPath }]
    : [
        { source: 'PATH' as const, path: 'ffmpeg' },
        { source: 'npm package' as const, path: await packagedPath() },
      ];
  for (const { source, path } of candidates) {
    const version = path && (await versionOf(path));
    if (!path || !version) continue;
    const ffmpeg = { source, path, version };
    found.set(configuredPath ?? '', ffmpeg);
    return ffmpeg;
  }
  throw new AppError('FFMPEG_MISSING');
};

/**
 * Runs ffmpeg once. fluent-ffmpeg keeps the binary's path per process, so one process must not run two different
 * ffmpegs at the same time.
 * @throws MediaError ENCODE_FAILED, with ffmpeg's last words in the cause; CanceledError after it was killed
 */
export const runFfmpeg = (
  ffmpeg: Ffmpeg,
  {
    inputs,
    outputs,
    signal,
  }: { readonly inputs: readonly FfmpegInput[]; readonly outputs: readonly FfmpegOutput[]; readonly signal?: AbortSignal | undefined },
): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new AppError('CANCELED'));
    const command = ffmpegCommand({ stdoutLines: 40 }).setFfmpegPath(ffmpeg.path);
    for (const { source, options } of inputs) {
      const protocol = typeof source === 'string' ? 'file' : 'pipe';
      command.input(source).inputOptions('-nostdin', '-loglevel', 'error', '-protocol_whitelist', protocol, ...options);
    }
    for (const { path, options } of outputs) command.output(path).outputOptions(...options, '-map_metadata', '-1');
    const kill = (): void => void command.kill('SIGKILL');
    signal?.addEventListener('abort', kill, { once: true });
    command
      // An abort while fluent-ffmpeg was still asking for codecs found no process to kill.
      .on('start', () => signal?.aborted && kill())
      .on('error', (error, _stdout, stderr) => {
        signal?.removeEventListener('abort', kill);
        const cause = new Error(`${error.message}\n${(stderr ?? '').slice(-2000)}`, { cause: error });
        reject(signal?.aborted ? new AppError('CANCELED') : new AppError('ENCODE_FAILED', {}, { cause }));
      })
      .on('end', () => {
        signal?.removeEventListener('abort', kill);
        resolve();
      })
      .run();
  });

/** What a decoder finds in a file of ours. */
export interface Measured {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly fps: number;
  readonly frameCount: number;
}

/**
 * Decodes a whole file of ours and measures it.
 * @param demuxer `mov` or `gif`
 * @throws MediaError ENCODE_FAILED when it cannot be read
 */
export const measure = async (ffmpeg: Ffmpeg, path: string, demuxer: 'mov' | 'gif'): Promise<Measured> => {
  const args = ['-nostdin', '-hide_banner', '-protocol_whitelist', 'file', '-f', demuxer, '-i', path, '-map', '0:v:0', '-f', 'null', '-'];
  const { stderr } = await exec(ffmpeg.path, args).catch((error: unknown) => {
    throw new AppError('ENCODE_FAILED', {}, { cause: error });
  });
  // Stream #0:0: Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709), 1280x720, 2088 kb/s, 24 fps, 24 tbr
  const stream = /Video: .*?, (\d+)x(\d+).*?, ([\d.]+) fps/.exec(stderr);
  const frames = [...stderr.matchAll(/frame= *(\d+)/g)].at(-1);
  if (!stream || !frames) throw new AppError('ENCODE_FAILED', {}, { cause: new Error(stderr.slice(-2000)) });
  return { widthPx: Number(stream[1]), heightPx: Number(stream[2]), fps: Number(stream[3]), frameCount: Number(frames[1]) };
};
