/** What every engine of a published family promises besides the contract of engines: recorded calls come out as recorded, and what it cannot do is refused in words. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineOf } from '../../../config/engines.ts';
import type { Checkpoint, GenerateRequest, Photo } from '../../../core/engine.ts';
import type { Logger } from '../../../core/logger.ts';
import { engineFactories } from '../../../worker/engines/index.ts';
import { readCase } from '../../../worker/golden/case.ts';
import { createComparison } from '../../../worker/golden/compare.ts';
import type { Family } from '../../../worker/onnx/bundle-manifest.ts';
import { readBundleManifest } from '../../../worker/onnx/pipeline-bundle.ts';
import type { PipelineEngine, ReferenceResult } from '../../../worker/parts/reference-call.ts';
import { engineContract, make } from '../engine-contract.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const golden = (path: string): string => fileURLToPath(new URL(`../../golden/${path}`, import.meta.url));

/** Bright and dark bands that bend: something to see at every size. */
export const bands = (widthPx: number, heightPx: number): Photo => {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0, i = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, i += 3) {
      const [u, v] = [x / widthPx, y / heightPx];
      rgb.set([128 + 100 * Math.sin(9 * u + 4 * v), 128 + 90 * Math.cos(7 * v - 3 * u), 60 + 150 * u * v], i);
    }
  }
  return { widthPx, heightPx, rgb };
};

export interface PipelineUnderTest {
  readonly family: Family;
  /** Folder below test/golden/bundles. */
  readonly bundle: string;
  /** Folders below test/golden/cases. */
  readonly cases: readonly string[];
  /** Null for families that make clips from words alone. */
  readonly photo: Photo | null;
  /** The first is the usual one. */
  readonly sizes: readonly (readonly [widthPx: number, heightPx: number])[];
  /** A size the family cannot make, and the nearest it can. */
  readonly impossible: { readonly size: readonly [widthPx: number, heightPx: number]; readonly nearest: string };
  /** What differs from the usual small request. */
  readonly request?: Partial<GenerateRequest>;
  readonly fewestFrames?: number;
}

/** Short ways to clips and calls that differ in something. */
export interface Variations {
  /** The clip's frames, one after the other. */
  frames(differences?: Partial<GenerateRequest>): Promise<readonly Uint8Array[]>;
  /** The first recorded call with other arguments. */
  replay(kwargs: Readonly<Record<string, unknown>>): Promise<ReferenceResult>;
}

/** Applies both contracts; `more` declares the tests of this family alone. */
export const pipelineContract = async (
  name: string,
  { family, bundle, cases, photo, sizes, request: differences, impossible, fewestFrames }: PipelineUnderTest,
  more?: (engine: () => PipelineEngine, request: GenerateRequest, variations: Variations) => void,
): Promise<void> => {
  const folder = golden(`bundles/${bundle}`);
  const bundleManifest = await readBundleManifest(folder, name);
  const manifest = engineOf(bundleManifest, bundle);
  const create = engineFactories[family];
  if (create === undefined) throw new Error(`no engine for ${family}`);
  const [[widthPx, heightPx] = [64, 64], ...otherSizes] = sizes;
  const request: GenerateRequest = {
    photo,
    prompt: 'a red fox runs through deep snow',
    negativePrompt: '',
    seed: 11,
    widthPx,
    heightPx,
    seconds: 1,
    fps: 8,
    frameCount: 3,
    steps: 2,
    guidance: 2.5,
    motion: 1,
    loop: false,
    ...differences,
  };

  engineContract(name, { manifest, create, folder, request, sizes: otherSizes, ...(fewestFrames === undefined ? {} : { fewestFrames }) });

  describe(`${name} alone`, () => {
    let engine: PipelineEngine;
    beforeAll(() => {
      engine = create({ manifest, folder, providers: ['cpu'], threads: 1, log: silent }) as PipelineEngine;
    });
    afterAll(() => engine.dispose());

    it.each(cases)('makes what its reference made in case %s, every stage of it', async (one) => {
      const recorded = await readCase(golden(`cases/${one}`));
      const comparison = createComparison(recorded.tensors);
      const { frames } = await engine.replay(recorded.call, { signal: new AbortController().signal, observe: comparison.observe });
      comparison.frames(frames, recorded.pictures);
      const stages = comparison.report();
      expect(stages.filter(({ passed }) => !passed)).toEqual([]);
      expect(stages.map(({ stage }) => stage)).toContain('frames');
    });

    const replay = async (kwargs: Readonly<Record<string, unknown>>): Promise<ReferenceResult> => {
      const { call } = await readCase(golden(`cases/${cases[0]}`));
      return engine.replay({ ...call, kwargs: { ...call.kwargs, ...kwargs } }, { signal: new AbortController().signal });
    };

    it('goes on from a checkpoint to the same clip', async () => {
      const kept: Checkpoint[] = [];
      const save = ({ step, tensors }: Checkpoint): void => void kept.push({ step, tensors: tensors.map((one) => one.slice()) });
      const whole = await make(engine, request, { checkpoints: { last: null, save } });
      expect(kept.map(({ step }) => step)).toEqual(Array.from({ length: request.steps }, (_, i) => i + 1));
      const rest = await make(engine, request, { checkpoints: { last: kept[0] as Checkpoint, save } });
      expect(rest.progress.filter(({ stage }) => stage === 'denoise')).toHaveLength(request.steps - 1);
      expect(rest.frames).toEqual(whole.frames);
    });

    it('names the nearest sizes to an impossible one', async () => {
      const [width, height] = impossible.size;
      await expect(make(engine, { ...request, widthPx: width, heightPx: height })).rejects.toMatchObject({
        name: 'InputError',
        code: 'SIZE_IMPOSSIBLE',
        params: { got: `${width}×${height}`, nearest: impossible.nearest },
      });
    });

    it('is made of a bundle of its family', () => expect(bundleManifest.family).toBe(family));

    it('names the nearest frame counts to an impossible one', async () => {
      const { max } = bundleManifest.sizes.frames;
      await expect(make(engine, { ...request, frameCount: max + 1 })).rejects.toMatchObject({ name: 'InputError', code: 'FRAMES_IMPOSSIBLE' });
    });

    it('names an argument of a recorded call that it does not know', async () => {
      await expect(replay({ prompt_embeds: [0] })).rejects.toMatchObject({
        code: 'REQUEST_MALFORMED',
        params: { problem: expect.stringContaining('prompt_embeds') },
      });
    });

    if (photo !== null && manifest.inputs.image === 'required') {
      it('asks for the photo that is missing', async () => {
        await expect(make(engine, { ...request, photo: null })).rejects.toMatchObject({ name: 'InputError', code: 'PHOTO_MISSING' });
      });
    }

    more?.(() => engine, request, { replay, frames: async (other) => (await make(engine, { ...request, ...other })).frames });
  });
};
