/** Half precision from end to end on the CPU: torch's own float16 run of a tiny model, its noise exact and its frames within what sixteen bits allow. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { engineOf } from '../../config/engines.ts';
import { type AppError, noteText } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { readCase } from '../../worker/golden/case.ts';
import { replayCase } from '../../worker/golden/replay-case.ts';
import { openPipelineBundle } from '../../worker/onnx/pipeline-bundle.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** The recorded float16 run against a bundle, stage by stage. */
const replay = async (folder: string) => {
  const { manifest } = await openPipelineBundle(folder, 'Half');
  const deps = { manifest: engineOf(manifest, 'half'), folder, providers: ['cpu'], threads: 1, log: silent };
  const recorded = await readCase(here('half/modelscope-t2v/case'));
  const { stages } = await replayCase(recorded, { ...deps, signal: new AbortController().signal, traceDir: null });
  return new Map(stages.map((stage) => [stage.stage, stage]));
};

describe('a bundle of --dtype fp16', () => {
  it('draws torch’s half-precision noise and makes its frames', { timeout: 60_000 }, async () => {
    const stages = await replay(here('half/modelscope-t2v/bundle'));
    expect(stages.get('text_encoder/*/in/input_ids')?.maxError).toBe(0);
    expect(stages.get('randn/*/generator')).toMatchObject({ compared: 1, passed: true });
    // measured 4.1e-3 and 5.7e-4; torch's own float16 rounds at other places
    expect(stages.get('frames')?.maxError).toBeLessThan(1.5e-2);
    expect(stages.get('frames')?.meanError).toBeLessThan(2e-3);
  });

  it('of bfloat16 is refused with what to do, because no CPU runs it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stillmotion-bf16-'));
    try {
      await cp(here('half/modelscope-t2v/bundle'), folder, { recursive: true });
      const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
      manifest.components.unet.dtype = 'bf16';
      await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
      const words = await replay(folder).catch((error: AppError) => noteText(error.toNote()));
      expect(words).toMatch(/^half is stored as bfloat16, with which .* Export it again with --halves or --dtype fp16, or run it on a GPU\.$/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('cannot be mistaken for one of full precision, whose noise comes in another order', { timeout: 60_000 }, async () => {
    const stages = await replay(here('bundles/modelscope-t2v'));
    expect(stages.get('randn/*/generator')?.maxError).toBeGreaterThan(1);
    expect(stages.get('frames')?.maxError).toBeGreaterThan(0.1);
  });
});
