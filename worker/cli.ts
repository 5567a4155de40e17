/** `npm run clip`: a photo and a few words, or words alone, become a clip, in this one process, without queue, quota or bot. */
import { randomInt } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { discoverEngines } from '../config/engines.ts';
import { type Config, loadConfig } from '../config/index.ts';
import type { EngineManifest, Progress, Stage } from '../core/engine.ts';
import { chooseEngine } from '../core/engine-choice.ts';
import { AppError, asAppError, noteText } from '../core/errors.ts';
import { createLogger } from '../core/infra/pino-logger.ts';
import { progressBar } from '../core/render.ts';
import { MAX_SEED, resolveRequest } from '../core/request.ts';
import { type CommandLine, commandLineHelp, parseCommandLine } from './command-line.ts';
import { type Made, makeClip, timedStages } from './make-clip.ts';
import { createResidency } from './residency.ts';
import { createTrace } from './trace.ts';
import { createPhotoInspector } from './vision/photo.ts';

const EXIT = { failed: 1, badInput: 2, interrupted: 130 } as const;

const stageWords = (hasPhoto: boolean): Readonly<Record<Stage, string>> => ({
  load: 'Loading the model',
  encode: hasPhoto ? 'Looking at the photo' : 'Reading the words',
  denoise: 'Imagining the motion',
  render: 'Drawing the frames',
  deliver: 'Writing the clip',
});

/** A bar that is redrawn on a terminal; elsewhere one line whenever a stage begins. */
const createProgress = (stream: NodeJS.WriteStream, words: Readonly<Record<Stage, string>>): { show: (progress: Progress) => void; clear: () => void } => {
  let shown: Stage | undefined;
  return {
    show({ stage, done, total, fraction }) {
      if (stream.isTTY) stream.write(`\r\x1b[2K${progressBar(fraction, 24)}  ${words[stage]}${total > 1 ? ` ${done}/${total}` : ''}`);
      else if (stage !== shown) stream.write(`${words[stage]} …\n`);
      shown = stage;
    },
    clear: () => void (stream.isTTY && stream.write('\r\x1b[2K')),
  };
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const summary = ({ outPath }: CommandLine, { clip, notes, timingsMs }: Made, recipe: string, totalMs: number): string =>
  [
    `${outPath}  ${clip.widthPx}×${clip.heightPx}, ${Number(clip.seconds.toFixed(2))} s, ${Number(clip.fps.toFixed(2))} fps, ${clip.frameCount} frames, ${(clip.bytes / 1e6).toFixed(2)} MB`,
    recipe,
    [...timedStages.map((stage) => `${stage} ${seconds(timingsMs[stage])}`), `total ${seconds(totalMs)}`].join(' · '),
    ...notes.map(noteText),
  ].join('\n');

const readPhoto = (path: string): Promise<Buffer> =>
  readFile(path).catch((error: unknown) => {
    throw new AppError('REQUEST_MALFORMED', { problem: `the file ${path} cannot be read` }, { cause: error });
  });

const make = async (line: CommandLine, config: Config, manifests: readonly EngineManifest[], signal: AbortSignal): Promise<void> => {
  const startedAtMs = performance.now();
  const { photoPath } = line;
  const manifest = chooseEngine(manifests, line.options.engine, null, photoPath !== null);
  const photo = photoPath === null ? null : await createPhotoInspector().inspect(await readPhoto(photoPath));
  const request = resolveRequest(manifest, line.prompt, line.options, photo, () => randomInt(0, MAX_SEED + 1));
  const residency = createResidency(
    { manifests, modelsDir: config.modelsDir, providers: config.executionProviders, threads: config.threads },
    createLogger(config.logLevel),
  );
  const directory = await mkdtemp(join(tmpdir(), 'stillmotion-clip-'));
  const progress = createProgress(process.stderr, stageWords(photoPath !== null));
  try {
    const engine = await residency.engine(manifest.id);
    const task = { request, photoPath, directory, maxBytes: Number.MAX_SAFE_INTEGER };
    const trace = line.traceDir === null ? undefined : createTrace(line.traceDir);
    const made = await makeClip(engine, task, { signal, onProgress: progress.show, trace, ffmpegPath: config.ffmpegPath });
    await mkdir(dirname(resolve(line.outPath)), { recursive: true });
    await copyFile(made.clip.path, line.outPath);
    progress.clear();
    const recipe = `seed ${request.seed} · ${manifest.id} ${manifest.version} · ${request.steps} steps · guidance ${request.guidance}`;
    process.stdout.write(`${summary(line, made, recipe, performance.now() - startedAtMs)}\n`);
  } finally {
    progress.clear();
    await residency.dispose();
    await rm(directory, { recursive: true, force: true });
  }
};

/** @returns the exit code */
const run = async (argv: readonly string[]): Promise<number> => {
  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    // Twice means now.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
  });
  try {
    const config = loadConfig();
    const manifests = await discoverEngines(config.modelsDir, createLogger(config.logLevel));
    const line = parseCommandLine(argv, manifests);
    if (line) await make(line, config, manifests, interrupt.signal);
    else process.stdout.write(`${commandLineHelp(manifests)}\n`);
    return 0;
  } catch (thrown) {
    // Ctrl-C reaches ffmpeg too; its end may be noticed a moment before our own signal.
    await wait(50);
    const error = asAppError(thrown);
    if (interrupt.signal.aborted) return EXIT.interrupted;
    process.stderr.write(`${error.code === 'INTERNAL' && thrown instanceof Error ? thrown.message : noteText(error.toNote())}\n`);
    return error.name === 'InputError' ? EXIT.badInput : EXIT.failed;
  }
};

process.exitCode = await run(process.argv.slice(2));
