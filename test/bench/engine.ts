/** `npm run bench -- motion photo.jpg "words"`: where the time of a clip goes, and how it compares with encoding finished frames. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifests } from '../../config/engines.ts';
import { loadConfig } from '../../config/index.ts';
import { findManifest } from '../../core/deps.ts';
import type { FrameStream } from '../../core/engine.ts';
import type { Logger } from '../../core/logger.ts';
import { resolveRequest } from '../../core/request.ts';
import { parseCommandLine } from '../../worker/command-line.ts';
import { makeClip } from '../../worker/make-clip.ts';
import { encodeClip } from '../../worker/media/encode.ts';
import { createResidency } from '../../worker/residency.ts';
import { createPhotoInspector, decodePhoto } from '../../worker/vision/photo.ts';

const ROUNDS = 3;
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** Seconds of this process and of its ended children, as far as the system tells. @source proc(5), fields 14 to 17 of /proc/self/stat */
const cpuSeconds = async (): Promise<{ own: number; children: number }> => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const TICKS_PER_SECOND = 100;
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { own: (userCPUTime + systemCPUTime) / 1e6, children: (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / TICKS_PER_SECOND };
};

interface Cost {
  readonly wallS: number;
  readonly ownS: number;
  readonly childrenS: number;
}

const timed = async <T>(work: () => Promise<T>): Promise<{ result: T; cost: Cost }> => {
  const [before, startMs] = [await cpuSeconds(), performance.now()];
  const result = await work();
  const [wallS, after] = [(performance.now() - startMs) / 1000, await cpuSeconds()];
  return { result, cost: { wallS, ownS: after.own - before.own, childrenS: after.children - before.children } };
};

const row = (name: string, { wallS, ownS, childrenS }: Cost): string =>
  `${name.padEnd(28)} ${wallS.toFixed(2).padStart(7)} ${ownS.toFixed(2).padStart(9)} ${childrenS.toFixed(2).padStart(11)}`;

/** The middle one by wall time; all of one round, so that the columns belong together. */
const median = (costs: readonly Cost[]): Cost => [...costs].sort((a, b) => a.wallS - b.wallS)[costs.length >> 1] as Cost;

const [id = 'motion', ...rest] = process.argv.slice(2);
const line = parseCommandLine([...rest, '--engine', id, '--out', 'bench.mp4'], manifests);
if (!line?.photoPath) throw new Error('usage: npm run bench -- ENGINE photo.jpg "words" [options of npm run clip]');
const { photoPath } = line;
const config = loadConfig();
const manifest = findManifest(manifests, id);
const photoBytes = await readFile(photoPath);
const request = resolveRequest(
  manifest,
  line.prompt,
  { ...line.options, seed: line.options.seed ?? 1 },
  await createPhotoInspector().inspect(photoBytes),
  () => 1,
);
const residency = createResidency({ manifests, modelsDir: config.modelsDir, providers: config.executionProviders, threads: config.threads }, silent);
const signal = new AbortController().signal;
const quiet = { signal, onProgress: () => {} };

const directory = await mkdtemp(join(tmpdir(), 'stillmotion-bench-'));
try {
  const engine = await residency.engine(id);
  const loading = await timed(() => engine.load());
  const drawing: Cost[] = [];
  const encoding: Cost[] = [];
  const whole: Cost[] = [];
  const ready: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // 1 drawing alone, the frames kept
    const photo = await decodePhoto(photoBytes, request);
    const frames: Uint8Array[] = [];
    const prepared = await timed(() => engine.generate({ ...request, photo }, quiet));
    ready.push(prepared.cost);
    drawing.push(
      (
        await timed(async () => {
          for await (const frame of prepared.result.frames) frames.push(frame);
        })
      ).cost,
    );
    // 2 encoding alone, of the very same frames
    const kept: FrameStream = {
      ...prepared.result,
      frames: (async function* () {
        yield* frames;
      })(),
    };
    const options = { format: request.format, maxBytes: Number.MAX_SAFE_INTEGER, directory, ffmpegPath: config.ffmpegPath };
    encoding.push((await timed(() => encodeClip(kept, options))).cost);
    // 3 the whole way with a warm engine
    whole.push(
      (await timed(() => makeClip(engine, { request, photoPath, directory, maxBytes: Number.MAX_SAFE_INTEGER }, { ...quiet, ffmpegPath: config.ffmpegPath })))
        .cost,
    );
  }
  const [encodeAlone, clip] = [median(encoding), median(whole)];
  process.stdout.write(
    `${[
      `${request.widthPx}×${request.heightPx}, ${request.frameCount} frames, ${cpus().length} cores, load ${loadavg()
        .map((one) => one.toFixed(1))
        .join(' ')}, peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
      `${'median of '.concat(String(ROUNDS)).padEnd(28)} wall s  own CPU s  ffmpeg CPU s`,
      row('load (once)', loading.cost),
      row('words, photo, motion', median(ready)),
      row('drawing alone', median(drawing)),
      row('encoding alone', encodeAlone),
      row('whole clip, engine loaded', clip),
      `whole clip / encoding alone: ${(clip.wallS / encodeAlone.wallS).toFixed(2)} by the clock, ${((clip.ownS + clip.childrenS) / (encodeAlone.ownS + encodeAlone.childrenS)).toFixed(2)} by CPU seconds`,
    ].join('\n')}\n`,
  );
} finally {
  await residency.dispose();
  await rm(directory, { recursive: true, force: true });
}
