/** The one door to ffmpeg: finding a binary that works, and running it without a shell, a network or a terminal. */
import { execFile } from 'node:child_process';
import type { Readable } from 'node:stream';
import ffmpegCommand from 'fluent-ffmpeg';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';

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

const versionOf = (path: string): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(path, ['-hide_banner', '-version'], { timeout: 20_000 }, (error, stdout) => {
      resolve(error ? null : (/version (\S+)/.exec(stdout)?.[1] ?? 'unknown'));
    });
  });

const packagedPath = async (): Promise<string | null> => {
  try {
    return (await import('@ffmpeg-installer/ffmpeg')).default.path;
  } catch {
    // The package throws on a platform it has no binary for.
    return null;
  }
};

/**
 * The first ffmpeg that answers: the configured one, `ffmpeg` on PATH, the binary inside the npm package (a build of
 * 2018: good enough for our own frames, never for media from outside).
 * @param configuredPath when given, nothing else is tried
 * @throws ConfigError FFMPEG_MISSING
 */
export const findFfmpeg = async (configuredPath?: string): Promise<Ffmpeg> => {
  const candidates = configuredPath
    ? [{ source: 'FFMPEG_PATH' as const, path: configuredPath }]
    : [
        { source: 'PATH' as const, path: 'ffmpeg' },
        { source: 'npm package' as const, path: await packagedPath() },
      ];
  for (const { source, path } of candidates) {
    const version = path === null ? null : await versionOf(path);
    if (path !== null && version !== null) return { source, path, version };
  }
  throw new AppError('FFMPEG_MISSING');
};

/**
 * Runs ffmpeg once. fluent-ffmpeg keeps the binary's path per process, so one process must not run two different
 * ffmpegs at the same time.
 * @throws MediaError ENCODE_FAILED (ffmpeg's last words go to the log only); CanceledError after it was killed
 */
export const runFfmpeg = (
  ffmpeg: Ffmpeg,
  { inputs, outputs, signal, log }: { inputs: readonly FfmpegInput[]; outputs: readonly FfmpegOutput[]; signal?: AbortSignal | undefined; log: Logger },
): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new AppError('CANCELED'));
    const command = ffmpegCommand({ stdoutLines: 40 }).setFfmpegPath(ffmpeg.path);
    for (const { source, options } of inputs) {
      const protocol = typeof source === 'string' ? 'file' : 'pipe';
      command.input(source).inputOptions('-nostdin', '-loglevel', 'error', '-protocol_whitelist', protocol, ...options);
    }
    for (const { path, options } of outputs) command.output(path).outputOptions(...options, '-map_metadata', '-1');
    const kill = (): void => {
      command.kill('SIGKILL');
    };
    signal?.addEventListener('abort', kill, { once: true });
    command
      // An abort while fluent-ffmpeg was still asking for codecs found no process to kill.
      .on('start', () => signal?.aborted && kill())
      .on('error', (error, _stdout, stderr) => {
        signal?.removeEventListener('abort', kill);
        if (signal?.aborted) return reject(new AppError('CANCELED'));
        log.error({ ffmpeg: ffmpeg.version, problem: error.message, stderr: tail(stderr) }, 'ffmpeg failed');
        reject(new AppError('ENCODE_FAILED', {}, { cause: error }));
      })
      .on('end', () => {
        signal?.removeEventListener('abort', kill);
        resolve();
      })
      .run();
  });

const tail = (text: string | null | undefined): string => (text ?? '').slice(-2000);
