/** Foretells what the named regions of a list will do, from the fields that the engine `motion` draws with: a second or two a shot, without a clip. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findManifest } from '../../core/deps.ts';
import type { Trace } from '../../core/engine.ts';
import { resolveRequest } from '../../core/request.ts';
import { FIELD_SECONDS, SWING_MULTIPLES } from '../parts/swing-start.ts';
import { createResidency } from '../residency.ts';
import { createPhotoInspector, decodePhoto } from '../vision/photo.ts';
import { quantile } from './grey.ts';
import { judgeRegions, type Verdict } from './judge.ts';
import type { ShotList } from './list.ts';
import type { RegionMotion } from './motion.ts';
import { areaOf, dilate, inClip, type Mask, maskOf, outsideOf, union, without } from './regions.ts';
import { passRates, rateTable } from './report.ts';
import type { ListOptions } from './run-list.ts';
import { amountOfNamed, chosen, intensityOrder, SEED } from './shots.ts';

/** Fields are smooth: more pixels would show the same. */
const LONGER_SIDE_PX = 640;
/** Moments of the clip that are looked at, never at simple fractions of it, as `mapMotion` does. */
const MOMENTS = Array.from({ length: 6 }, (_, k) => (k + 0.83) / 6);
/** Around what was named, what moves along does not count; a share of the width. */
const MARGIN = 0.03;

interface Traced {
  readonly data: Float32Array | Uint8Array;
  readonly dims: readonly number[];
}

/** How far each cell of the fields' grid gets, and how much its light changes. */
interface Foreseen {
  readonly width: number;
  readonly height: number;
  /** Second largest displacement of the moments looked at, shares of the diagonal. */
  readonly peak: Float32Array;
  /** Range of brightness, 0..255. */
  readonly light: Float32Array;
}

/**
 * The displacements that `Frame` would draw (worker/train/renderer.py): the layer's where the mask says layer, else the anchored one's.
 * @param traced tensors of the engine by name: flow [1, 2, h, w], wave_layer and wave_still [1, 12, h, w], lit [1, 1, h, w] in grid units; luma and mask, u8 [1, 1, H, W]
 * @param repeats how often the slowest swing comes in the clip
 */
export const readFields = (traced: ReadonlyMap<string, Traced>, repeats: number): Foreseen => {
  const [flow, layer, still, lit, luma, mask] = ['flow', 'wave_layer', 'wave_still', 'lit', 'luma', 'mask'].map((name) => traced.get(name)) as [
    Traced,
    Traced,
    Traced,
    Traced,
    Traced,
    Traced,
  ];
  const [, , height = 0, width = 0] = flow.dims;
  const [, , fullHeight = 0, fullWidth = 0] = mask.dims;
  const area = width * height;
  const diagonal = Math.hypot(width, height);
  const times = MOMENTS.map((moment) => ({
    moment,
    parts: SWING_MULTIPLES.flatMap((multiple) => {
      const angle = 2 * Math.PI * multiple * moment * repeats;
      return [Math.cos(angle) - 1, Math.sin(angle)];
    }),
  }));
  const peak = new Float32Array(area);
  const light = new Float32Array(area);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const full = Math.floor(((y + 0.5) * fullHeight) / height) * fullWidth + Math.floor(((x + 0.5) * fullWidth) / width);
      const isLayer = (mask.data[full] as number) > 127;
      const waves = isLayer ? layer.data : still.data;
      const along = (axis: 0 | 1, { moment, parts }: (typeof times)[number]): number =>
        parts.reduce(
          (sum, part, k) => sum + part * (waves[(2 * k + axis) * area + at] as number),
          isLayer ? moment * (flow.data[axis * area + at] as number) : 0,
        );
      // half the picture is 1
      const lengths = times.map((time) => Math.hypot((along(0, time) * width) / 2, (along(1, time) * height) / 2) / diagonal).sort((a, b) => b - a);
      peak[at] = lengths[1] as number;
      light[at] = 2 * Math.abs(lit.data[at] as number) * (luma.data[full] as number);
    }
  }
  return { width, height, peak, light };
};

/** Upper quartiles over one region, as `regionMotion` measures them from a clip. */
const motionIn = ({ peak, light }: Foreseen, { data }: Mask): RegionMotion => {
  const inside = (values: Float32Array): Float32Array => values.filter((_, at) => data[at]);
  return {
    moved: quantile(inside(peak), 0.75),
    light: quantile(inside(light), 0.75),
    drift: [0, 0],
    textured: true,
    pixels: areaOf({ data, width: 0, height: 0 }),
  };
};

/**
 * Says which shots will miss "moves" and "only", and whether triples grow. Only of the engine `motion`, and only for one who works on
 * it: what a clip really shows is measured by `runList`, which this agreed with on 104 of 105 regions of a list.
 */
export const foreseeList = async (
  list: ShotList,
  { photosDir, engineId, manifests, config, log, only, say }: Omit<ListOptions, 'outDir' | 'seeds'>,
): Promise<void> => {
  const manifest = findManifest(manifests, engineId);
  if (manifest.family !== 'motion') throw new Error(`--foresee reads the fields of the engine motion, not of ${manifest.id}`);
  const residency = createResidency({ manifests, modelsDir: config.modelsDir, providers: config.executionProviders, threads: config.threads }, log);
  const inspector = createPhotoInspector();
  const verdicts: Verdict[] = [];
  const amounts = new Map<ShotList['shots'][number], number>();
  try {
    for (const shot of chosen(list.shots, only).filter(({ expect }) => expect.moves)) {
      const photo = list.photos[shot.photo];
      const bytes = await readFile(join(photosDir, photo?.path ?? ''));
      const size = await inspector.inspect(bytes);
      const scale = LONGER_SIDE_PX / Math.max(size.widthPx, size.heightPx);
      const even = (px: number): number => 2 * Math.round((px * scale) / 2);
      const clip = { widthPx: even(size.widthPx), heightPx: even(size.heightPx) };
      const seed = shot.seed ?? SEED;
      const wanted = { seed, ...(shot.seconds ? { seconds: shot.seconds } : {}), ...(shot.loop ? { loop: true } : {}) };
      const request = resolveRequest(manifest, shot.prompt, wanted, size, () => seed);
      const traced = new Map<string, Traced>();
      const trace: Trace = (name, data, dims) => void traced.set(name, { data, dims });
      const engine = await residency.engine(engineId);
      // nobody asks for the frames, so none is drawn
      await engine.generate(
        { ...request, ...clip, photo: await decodePhoto(bytes, clip) },
        { signal: new AbortController().signal, onProgress: () => {}, trace },
      );
      const foreseen = readFields(traced, Math.max(1, Math.round(request.seconds / FIELD_SECONDS)));

      const { width, height } = foreseen;
      const masks = Object.entries(photo?.regions ?? {}).map(([name, polygons]) => [name, maskOf(inClip(polygons, size, clip), width, height)] as const);
      const { moves = [] } = shot.expect;
      const moving = union(masks.flatMap(([name, mask]) => (moves.includes(name) ? [mask] : [])));
      const margin = Math.round(MARGIN * width);
      const near = dilate(moving, margin);
      const regions = Object.fromEntries(
        masks.flatMap(([name, mask]) => {
          const region = moves.includes(name) ? mask : without(mask, near);
          return areaOf(region) === 0 ? [] : [[name, motionIn(foreseen, region)]];
        }),
      );
      judgeRegions({ regions, elsewhere: motionIn(foreseen, outsideOf(moving, margin)) }, shot.expect, (question, passed, because) => {
        verdicts.push({ question, passed, because });
        if (!passed) say(`MISS ${question.padEnd(5)} ${shot.id} ${shot.photo}: ${shot.prompt.slice(0, 60)} | ${because}`);
      });
      if (shot.group) amounts.set(shot, amountOfNamed(moves.flatMap((name) => regions[name] ?? [])));
    }
  } finally {
    await residency.dispose();
  }
  say(rateTable(passRates(verdicts)));
  for (const { group, amounts: found, ordered } of intensityOrder(amounts)) {
    if (!ordered) say(`out of order: ${group} ${found.map((amount) => `${(100 * amount).toFixed(2)} %`).join(', ')}`);
  }
};
