/** Bundles become engines: what people may ask of each, and what is left out with words. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discoverEngines, engineOf, motion } from '../../../config/engines.ts';
import type { EngineManifest, NumberOption } from '../../../core/engine.ts';
import type { Logger } from '../../../core/logger.ts';
import { engineFactories } from '../../../worker/engines/index.ts';
import { readBundleManifest } from '../../../worker/onnx/pipeline-bundle.ts';

const bundles = fileURLToPath(new URL('../../golden/bundles', import.meta.url));
const warnings: { folder: string; text: string }[] = [];
const log: Logger = {
  debug() {},
  info() {},
  warn: (fields: object | string, text?: string) => void warnings.push({ folder: String((fields as { folder: string }).folder), text: text ?? '' }),
  error() {},
  child: () => log,
};

let modelsDir: string;
let found: readonly EngineManifest[];
beforeAll(async () => {
  modelsDir = await mkdtemp(join(tmpdir(), 'stillmotion-engines-'));
  const copy = (from: string, to: string) => cp(join(bundles, from, 'manifest.json'), join(modelsDir, to, 'manifest.json'));
  await copy('svd', 'photo');
  await copy('modelscope-t2v', 'words');
  await copy('ltx', 'Not A Name');
  await copy('ltx', 'motion');
  await mkdir(join(modelsDir, 'broken'));
  await writeFile(join(modelsDir, 'broken', 'manifest.json'), '{}');
  await mkdir(join(modelsDir, 'checkpoints', 'svd'), { recursive: true });
  found = await discoverEngines(modelsDir, log);
});
afterAll(() => rm(modelsDir, { recursive: true, force: true }));

describe('the engines of a machine', () => {
  it('are the shipped one first, then what lies among the models, by name', () => {
    expect(found.map(({ id }) => id)).toEqual(['motion', 'photo', 'words']);
    expect(found[0]).toBe(motion);
  });

  it('leave out what cannot be used, and say so', () => {
    expect(warnings.map(({ folder }) => folder.slice(modelsDir.length + 1)).sort()).toEqual(['Not A Name', 'broken', 'motion']);
  });

  it('are the shipped one alone where there is no folder of models', async () => {
    expect(await discoverEngines(join(modelsDir, 'nowhere'), log)).toEqual([motion]);
  });
});

const onGrid = ({ min, max, step, default: usual }: NumberOption): boolean =>
  min <= usual && usual <= max && Math.abs((usual - min) / step - Math.round((usual - min) / step)) < 1e-6;

describe.each((await readdir(bundles)).filter((name) => !name.includes('.')))('the engine of %s', (name) => {
  it('has a program, options whose usual values are legal, and all its files', async () => {
    const bundle = await readBundleManifest(join(bundles, name), name);
    const engine = engineOf(bundle, name);
    expect(engineFactories).toHaveProperty(engine.family);
    const { seconds, fps, steps, guidance, motion: strength, sidePx, frames } = engine.options;
    for (const option of [seconds, fps, steps, guidance, strength, sidePx, frames]) if (option) expect(onGrid(option), JSON.stringify(option)).toBe(true);
    if (!frames) throw new Error('no frames');
    // the usual seconds at the usual rate mean the usual number of frames
    const nearest = frames.min + Math.round((seconds.default * fps.default - frames.min) / frames.step) * frames.step;
    expect(nearest).toBe(frames.default);
    expect(frames.min).toBeGreaterThanOrEqual(2);
    expect(engine.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['scheduler/scheduler_config.json']));
    expect(engine.description.length).toBeLessThanOrEqual(90);
    expect(engine.costWeight).toBe(1);
    expect(engine.inputs.image !== 'none' || engine.inputs.text === 'required').toBe(true);
  });
});

it('steps begin where the sampler can: distilled models do one, LTX two, and a manifest may say more', async () => {
  const engine = async (name: string, defaults: object) => {
    const bundle = await readBundleManifest(join(bundles, name), name);
    return engineOf({ ...bundle, defaults: { ...bundle.defaults, ...defaults } }, name).options.steps;
  };
  expect(await engine('svd', { steps: 1 })).toMatchObject({ min: 1, default: 1 });
  expect(await engine('ltx', { steps: 1 })).toMatchObject({ min: 2, default: 2 });
  expect(await engine('svd', { steps: 4, minSteps: 8 })).toMatchObject({ min: 8, default: 8 });
});

it('another graph is another version', async () => {
  const bundle = await readBundleManifest(join(bundles, 'svd'), 'svd');
  const other = JSON.parse(await readFile(join(bundles, 'svd', 'manifest.json'), 'utf8'));
  other.components.unet.sha256 = '0'.repeat(64);
  expect(engineOf(bundle, 'a').version).toBe(engineOf(bundle, 'b').version);
  expect(engineOf(other, 'a').version).not.toBe(engineOf(bundle, 'a').version);
});
