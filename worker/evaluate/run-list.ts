/** A whole list: makes the clips that are missing, measures all of them, one at a time, and writes what was found. */
import { randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findManifest } from '../../core/deps.ts';
import type { EngineManifest } from '../../core/engine.ts';
import type { Logger } from '../../core/logger.ts';
import { resolveRequest } from '../../core/request.ts';
import { makeClip } from '../make-clip.ts';
import { createResidency, type Residency } from '../residency.ts';
import { createPhotoInspector } from '../vision/photo.ts';
import { judge, type Verdict } from './judge.ts';
import type { Shot, ShotList } from './list.ts';
import { type Measures, measureClip } from './measure.ts';
import { type MotionMaps, seedDiversity } from './motion.ts';
import { passRates, rateTable } from './report.ts';
import { type Thumb, thumbOf, writeOverview, writeSheet } from './sheet.ts';
import { amountOfNamed, chosen, intensityOrder, SEED } from './shots.ts';

export interface ListOptions {
  readonly photosDir: string;
  readonly outDir: string;
  readonly engineId: string;
  readonly only?: string | undefined;
  /** Seeds for each of the first shots that name a region; 0 leaves diversity out. */
  readonly seeds: number;
  readonly manifests: readonly EngineManifest[];
  readonly config: { readonly modelsDir: string; readonly executionProviders: readonly string[]; readonly threads: number; readonly ffmpegPath: string | null };
  readonly log: Logger;
  readonly say: (line: string) => void;
}

interface Result {
  readonly shot: Shot;
  readonly measures: Measures;
  readonly verdicts: readonly Verdict[];
}

/** Shots whose spread over seeds is measured. */
const DIVERSE_SHOTS = 3;
/** @throws what engines, photos and ffmpeg throw; clips that are finished stay for the next run */
export const runList = async (list: ShotList, options: ListOptions): Promise<void> => {
  const { outDir, say, config, engineId } = options;
  await mkdir(outDir, { recursive: true });
  const studio = createStudio(list, options);
  const results: Result[] = [];
  const thumbs: Thumb[] = [];
  try {
    const shots = chosen(list.shots, options.only);
    if (shots.length === 0) throw new Error(`no shot of ${list.name} matches ${options.only}`);
    for (const [i, shot] of shots.entries()) {
      const photo = await studio.photo(shot.photo);
      const clipPath = await studio.clip(shot, shot.seed ?? SEED);
      const startedMs = performance.now();
      const { measures, evidence } = await measureClip(clipPath, photo.bytes, photo, {
        regions: list.photos[shot.photo]?.regions,
        moves: shot.expect.moves,
        ffmpegPath: config.ffmpegPath,
      });
      const nothingFound = (await studio.notes(shot, shot.seed ?? SEED)).includes('NOTE_NOTHING_MOVES');
      const verdicts = judge(measures, shot.expect, { loop: shot.loop, nothingFound });
      const page = { photo: photo.bytes, prompt: shot.prompt, measures, verdicts, evidence };
      await writeSheet(join(outDir, `${shot.id}.png`), page, config.ffmpegPath);
      thumbs.push(thumbOf(page, `${shot.id}: ${shot.prompt}`));
      results.push({ shot, measures, verdicts });
      const missed = verdicts.filter(({ passed }) => !passed).map(({ question }) => question);
      say(
        `${i + 1}/${shots.length} ${shot.id} ${((performance.now() - startedMs) / 1000).toFixed(1)} s ${missed.length === 0 ? 'ok' : `MISS ${missed.join(', ')}`}`,
      );
      await saveResults(options, list, results, {});
    }
    const [first] = shots as [Shot, ...Shot[]];
    const more = {
      intensity: intensityOrder(new Map(results.map((result) => [result.shot, amountOf(result)]))),
      deterministic: await studio.sameTwice(first, first.seed ?? SEED),
      diversity: await diversityOf(shots, list, studio, options),
    };
    await saveResults(options, list, results, more);
    await writeOverview(join(outDir, 'overview.png'), thumbs, config.ffmpegPath);
    const { intensity } = more;
    say(['', `${list.name}, engine ${engineId}, ${results.length} clips`, rateTable(passRates(results.flatMap(({ verdicts }) => verdicts)))].join('\n'));
    if (intensity.length > 0) say(`gently < normal < strongly: ${intensity.filter(({ ordered }) => ordered).length}/${intensity.length}`);
    say(`the same seed twice: ${more.deterministic ? 'byte for byte the same' : 'NOT the same bytes'}`);
    for (const { id, spread } of more.diversity) say(`spread over ${options.seeds} seeds, ${id}: ${spread.toFixed(2)} (0.3 to 1.2 is lively)`);
  } finally {
    await studio.close();
  }
};

const saveResults = ({ outDir, engineId }: ListOptions, { name }: ShotList, results: readonly Result[], more: object): Promise<void> =>
  writeFile(
    join(outDir, 'results.json'),
    JSON.stringify({ list: name, engine: engineId, rates: passRates(results.flatMap(({ verdicts }) => verdicts)), ...more, shots: results }, null, 1),
  );

/** What grows with the words: the named regions' motion or light; without a name, the camera's way or the whole picture's motion. */
const amountOf = ({ shot: { expect }, measures: { regions, camera, whole } }: Result): number => {
  const named = (expect.moves ?? []).flatMap((name) => regions[name] ?? []);
  if (named.length > 0) return amountOfNamed(named);
  if (expect.camera) return Math.hypot(camera.pan, camera.tilt, Math.log(camera.zoom), camera.rollDegrees / 45) + 10 * camera.jitter;
  return whole.moved;
};

const diversityOf = async (
  shots: readonly Shot[],
  list: ShotList,
  studio: ReturnType<typeof createStudio>,
  { seeds, config }: ListOptions,
): Promise<readonly { id: string; spread: number }[]> => {
  if (seeds < 2) return [];
  const found: { id: string; spread: number }[] = [];
  for (const shot of shots.filter(({ expect }) => expect.moves).slice(0, DIVERSE_SHOTS)) {
    const photo = await studio.photo(shot.photo);
    const maps: MotionMaps[] = [];
    for (let k = 0; k < seeds; k++) {
      const clipPath = await studio.clip(shot, (shot.seed ?? SEED) + k);
      const { evidence } = await measureClip(clipPath, photo.bytes, photo, { regions: list.photos[shot.photo]?.regions, ffmpegPath: config.ffmpegPath });
      maps.push(evidence.maps);
    }
    found.push({ id: shot.id, spread: seedDiversity(maps) });
  }
  return found;
};

/** Makes clips with one engine and keeps them. */
const createStudio = (list: ShotList, { photosDir, outDir, engineId, manifests, config, log }: ListOptions) => {
  let residency: Residency | undefined;
  const manifest = findManifest(manifests, engineId);
  const inspector = createPhotoInspector();

  const pathOf = (photoId: string): string => join(photosDir, list.photos[photoId]?.path ?? '');
  const photo = async (photoId: string): Promise<{ bytes: Buffer; widthPx: number; heightPx: number }> => {
    const bytes = await readFile(pathOf(photoId));
    const { widthPx, heightPx } = await inspector.inspect(bytes);
    return { bytes, widthPx, heightPx };
  };

  const notesPath = (path: string): string => `${path}.notes.json`;

  /** @param path the finished clip appears there at once and whole, after the codes of its notes */
  const make = async (shot: Shot, seed: number, path: string): Promise<void> => {
    residency ??= createResidency({ manifests, modelsDir: config.modelsDir, providers: config.executionProviders, threads: config.threads }, log);
    const wanted = { seed, ...(shot.seconds ? { seconds: shot.seconds } : {}), ...(shot.loop ? { loop: true } : {}) };
    const request = resolveRequest(manifest, shot.prompt, wanted, await photo(shot.photo), () => seed);
    const directory = await mkdtemp(join(tmpdir(), 'stillmotion-evaluate-'));
    const unfinished = `${path}.${randomUUID()}`;
    try {
      const task = { request, photoPath: pathOf(shot.photo), directory, maxBytes: Number.MAX_SAFE_INTEGER };
      const signal = new AbortController().signal;
      const { clip, notes } = await makeClip(await residency.engine(engineId), task, { signal, onProgress: () => {}, ffmpegPath: config.ffmpegPath });
      await writeFile(notesPath(path), JSON.stringify(notes.map(({ code }) => code)));
      // the scratch folder may be on another disk
      await writeFile(unfinished, await readFile(clip.path));
      await rename(unfinished, path);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };

  const pathFor = (shot: Shot, seed: number): string => join(outDir, `${shot.id}-${seed}.mp4`);

  const clip = async (shot: Shot, seed: number): Promise<string> => {
    const path = pathFor(shot, seed);
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (!there) await make(shot, seed, path);
    return path;
  };

  return {
    photo,
    clip,
    /** Codes of what the engine said about a clip that was made. */
    notes: async (shot: Shot, seed: number): Promise<readonly string[]> => JSON.parse(await readFile(notesPath(pathFor(shot, seed)), 'utf8')),
    /** Makes a shot once more and compares the files byte for byte. */
    async sameTwice(shot: Shot, seed: number): Promise<boolean> {
      const again = join(outDir, `${shot.id}-${seed}-again.mp4`);
      await make(shot, seed, again);
      try {
        return (await readFile(await clip(shot, seed))).equals(await readFile(again));
      } finally {
        await rm(again, { force: true });
        await rm(notesPath(again), { force: true });
      }
    },
    close: async (): Promise<void> => residency?.dispose(),
  };
};
