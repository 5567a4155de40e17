/** Whether a clip fits, and how: the plan's choices, and its estimate held to what a run really takes. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { plannedModel, publishedModels } from '../../config/catalogue.ts';
import { noteText } from '../../core/errors.ts';
import type { Components } from '../../worker/onnx/components.ts';
import { fitClip, freeMemory } from '../../worker/onnx/memory-gate.ts';
import { leastMemory, type PlannedModel, planMemory } from '../../worker/onnx/memory-plan.ts';
import { readBundleManifest } from '../../worker/onnx/pipeline-bundle.ts';

const published = (id: string) => {
  const model = publishedModels.find((one) => one.id === id);
  if (!model) throw new Error(`no ${id}`);
  return { ...model, planned: plannedModel(model) };
};
const TB = 1e12;

describe('a plan', () => {
  const { planned, clip } = published('animatediff');

  /** What is chosen as memory becomes scarce, each choice once. */
  const choices = ({ planned: model, clip: shape }: ReturnType<typeof published>): string[] => {
    const found = new Set<string>();
    for (let bytes = TB; bytes > 1e8; bytes *= 0.99) {
      try {
        const { mode, decodeFrames, needBytes, tiles } = planMemory('x', model, shape, 'gpu', bytes);
        expect(needBytes).toBeLessThan(bytes);
        found.add([mode, decodeFrames, tiles.space && 'space', tiles.time && 'time'].filter(Boolean).join(' '));
      } catch {
        found.add('refused');
      }
    }
    return [...found];
  };

  it('keeps everything where there is room', () => {
    expect(planMemory('x', planned, clip, 'gpu', TB)).toMatchObject({ mode: 'resident', decodeFrames: clip.frameCount });
  });

  it('decodes fewer frames at a time before it closes graphs, and refuses what fits in no way', () => {
    expect(choices(published('animatediff'))).toEqual(['resident 16', 'resident 8', 'sequential 16', 'refused']);
    const least = leastMemory(planned, clip, 'gpu');
    expect(() => planMemory('AnimateDiff', planned, clip, 'gpu', least)).toThrow(expect.objectContaining({ code: 'NOT_ENOUGH_MEMORY' }));
    expect(planMemory('AnimateDiff', planned, clip, 'gpu', least * 1.12).mode).toBe('sequential');
  });

  it('says in numbers what is needed and what there is', () => {
    const { planned: wan, clip: long, title } = published('wan-14b');
    let words = '';
    try {
      planMemory(title, wan, long, 'cpu', 16e9);
    } catch (error) {
      words = noteText(error as { code: string; params: Record<string, string> });
    }
    expect(words).toMatch(/^Wan 2\.2 I2V A14B needs about \d\d\.\d GB of memory for a clip of this size; this machine has 16\.0 GB free\. Choose/);
  });

  it('LTX and Wan decode as their graphs do', () => {
    expect(choices(published('ltx'))).toEqual(['resident 161', 'sequential 161', 'refused']);
    expect(choices(published('wan-5b'))).toEqual(['resident 4', 'sequential 4', 'refused']);
  });

  it('decodes in pieces only where nothing else fits, of the picture first, then of time; and refuses later for it', () => {
    const decoderAlone = ({ planned: model, ...rest }: ReturnType<typeof published>) => {
      const { vae_decoder } = model.components;
      if (!vae_decoder) throw new Error('no decoder');
      return { ...rest, planned: { ...model, components: { vae_decoder } } };
    };
    const large = (id: string) => ({ ...decoderAlone(published(id)), clip: { widthPx: 1280, heightPx: 1280, frameCount: 161 } });
    expect(choices(large('ltx'))).toEqual(['resident 161', 'resident 161 space', 'resident 161 time', 'resident 161 space time', 'refused']);
    expect(choices(large('wan-14b'))).toEqual(['resident 4', 'resident 4 space', 'refused']);
    expect(choices(large('text-to-video')).slice(-3)).toEqual(['resident 1', 'resident 1 space', 'refused']);
  });

  it('half precision costs the CPU as much as full precision, and unfused attention more', () => {
    const full: PlannedModel = {
      ...planned,
      components: Object.fromEntries(Object.entries(planned.components).map(([name, part]) => [name, { ...part, bytes: part.bytes * 2, dtype: 'fp32' }])),
    };
    expect(leastMemory(full, clip, 'cpu')).toBe(leastMemory(planned, clip, 'cpu'));
    expect(leastMemory(planned, clip, 'gpu')).toBeLessThan(leastMemory(planned, clip, 'cpu'));
    const plain: PlannedModel = {
      ...planned,
      components: Object.fromEntries(Object.entries(planned.components).map(([name, part]) => [name, { ...part, attention: 'plain' }])),
    };
    expect(leastMemory(plain, clip, 'gpu')).toBeGreaterThan(leastMemory(planned, clip, 'gpu') + 1e9);
  });

  it.each(publishedModels.map(({ id }) => id))('%s: a longer or larger clip never needs less', (id) => {
    const { planned: model, clip: shape } = published(id);
    const base = leastMemory(model, shape, 'gpu');
    expect(leastMemory(model, { ...shape, frameCount: shape.frameCount * 2 }, 'gpu')).toBeGreaterThanOrEqual(base);
    // LTX decodes in pieces long before its words take less
    expect(leastMemory(model, { ...shape, widthPx: shape.widthPx * 2 }, 'gpu')).toBeGreaterThanOrEqual(base);
    expect(leastMemory(model, { ...shape, widthPx: shape.widthPx * 64 }, 'gpu')).toBeGreaterThan(base);
  });
});

describe('before a clip', () => {
  it('the graphs are told how to be kept, and what they hold already counts as free', async () => {
    const manifest = await readBundleManifest(fileURLToPath(new URL('../golden/bundles/modelscope-t2v', import.meta.url)), 'Tiny');
    const kept: string[] = [];
    const components: Components = {
      has: () => true,
      run: () => Promise.reject(new Error('nothing runs')),
      keep: (mode) => void kept.push(mode),
      openNames: () => ['unet'],
      release: async () => undefined,
      dispose: async () => undefined,
    };
    const shape = { widthPx: 64, heightPx: 64, frameCount: 4 };
    const free = await freeMemory(['cpu']);
    expect(free?.device).toBe('cpu');
    expect(fitClip('Tiny', manifest, components, shape, free)).toMatchObject({ mode: 'resident', decodeFrames: 4 });
    expect(kept).toEqual(['resident']);
    expect(fitClip('Tiny', manifest, components, shape, null)).toBeNull();
    expect(() => fitClip('Tiny', manifest, components, { ...shape, widthPx: 1e6, heightPx: 1e6 }, free)).toThrow(
      expect.objectContaining({ code: 'NOT_ENOUGH_MEMORY' }),
    );
  });

  it.runIf(process.platform === 'linux')('the estimate is near what a run takes (read from /proc, so on Linux only)', async () => {
    const folder = fileURLToPath(new URL('../golden/bundles/svd', import.meta.url));
    const manifest = await readBundleManifest(folder, 'Tiny');
    const [frameCount, sidePx] = [8, 384];
    const sides = { batch: 2, frames: frameCount, latent_height: sidePx / 8, latent_width: sidePx / 8 };
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const program = fileURLToPath(new URL('../support/peak-memory.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, program, folder, 'unet', JSON.stringify(sides)]);
    // the denoiser of the tiny checkpoint is 32 channels wide (test/golden/record/checkpoints.py); only its own share is compared
    const { unet } = manifest.components;
    if (!unet) throw new Error('no unet');
    const planned: PlannedModel = { ...manifest, components: { unet }, denoiser: { patch: [1, 1, 1], width: 32 } };
    const at = (count: number) => leastMemory(planned, { widthPx: sidePx, heightPx: sidePx, frameCount: count }, 'cpu');
    const estimated = at(2 * frameCount) - at(frameCount);
    expect(Number(stdout) / estimated).toBeGreaterThan(0.6);
    expect(Number(stdout) / estimated).toBeLessThan(1.4);
  });
});
