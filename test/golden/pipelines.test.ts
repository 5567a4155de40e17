/** Recorded calls of every family, from their seeds: each stage within tolerance, the frames within 1e-4 of the reference's own. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { engineOf } from '../../config/engines.ts';
import type { Logger } from '../../core/logger.ts';
import { readCase } from '../../worker/golden/case.ts';
import { FRAME_TOLERANCE } from '../../worker/golden/compare.ts';
import { replayCase } from '../../worker/golden/replay-case.ts';
import { openPipelineBundle } from '../../worker/onnx/pipeline-bundle.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const cases = readdirSync(join(here, 'cases')).sort();

const replay = async (name: string, change: (call: Record<string, unknown>) => Record<string, unknown> = (call) => call) => {
  const folder = join(here, 'bundles', name.replace(/-[a-z]$/, ''));
  const recorded = await readCase(join(here, 'cases', name));
  const { manifest } = await openPipelineBundle(folder, name);
  const call = { ...recorded.call, kwargs: change({ ...recorded.call.kwargs }) };
  return replayCase(
    { ...recorded, call },
    { manifest: engineOf(manifest, 'golden'), folder, providers: ['cpu'], threads: 1, log: silent, signal: new AbortController().signal, traceDir: null },
  );
};

describe('recorded calls', () => {
  it('are there twice for every family', () => {
    const families = readdirSync(join(here, 'bundles'));
    expect(families).toHaveLength(11);
    for (const family of families) expect(cases.filter((name) => name.replace(/-[a-z]$/, '') === family).length).toBeGreaterThanOrEqual(2);
  });

  it.each(cases)('%s', async (name) => {
    const { stages, passed } = await replay(name);
    expect(stages.filter((stage) => !stage.passed)).toEqual([]);
    const frames = stages.find(({ stage }) => stage === 'frames');
    expect(frames?.maxError).toBeLessThanOrEqual(FRAME_TOLERANCE);
    expect(passed).toBe(true);
  });

  it.each(cases.filter((name) => /-[xy]$/.test(name)))('%s is not reached in one piece', async (name) => {
    const { stages } = await replay(name, (kwargs) => ({
      ...kwargs,
      enable_vae_tiling: false,
      ...('use_framewise_decoding' in kwargs && { use_framewise_decoding: false }),
    }));
    expect(stages.find(({ stage }) => stage === 'frames')?.maxError).toBeGreaterThan(10 * FRAME_TOLERANCE);
  });

  it('are not reached by another call: the comparison can fail', async () => {
    const { stages, passed } = await replay('modelscope-t2v-a', (kwargs) => ({ ...kwargs, guidance_scale: Number(kwargs.guidance_scale) + 0.5 }));
    expect(passed).toBe(false);
    expect(stages.find(({ stage }) => stage === 'frames')?.passed).toBe(false);
  });
});
