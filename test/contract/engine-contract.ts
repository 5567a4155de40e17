/** What every engine promises, as one suite: apply it to each implementation with a small request of its own. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoints, Engine, EngineManifest, FrameStream, GenerateRequest, Progress } from '../../core/engine.ts';
import type { Logger } from '../../core/logger.ts';
import type { EngineFactory } from '../../worker/parts/factory.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

export interface EngineUnderTest {
  readonly manifest: EngineManifest;
  readonly create: EngineFactory;
  /** The folder with the manifest's files. */
  readonly folder: string;
  /** A small request that makes something move. */
  readonly request: GenerateRequest;
  /** Sizes to try besides the request's own. */
  readonly sizes: readonly (readonly [widthPx: number, heightPx: number])[];
  /** The fewest frames it makes; 2 when not given. */
  readonly fewestFrames?: number;
  /** Motion 0 means the photo itself, in every frame: true of engines that move the photo's own pixels. */
  readonly canStandStill?: boolean;
}

export interface Made {
  readonly stream: FrameStream;
  readonly frames: readonly Uint8Array[];
  readonly progress: readonly Progress[];
  readonly tensors: ReadonlyMap<string, Float32Array | Uint8Array>;
}

/** Runs a request to its end and keeps everything it gave. */
export const make = async (
  engine: Engine,
  request: GenerateRequest,
  { signal = new AbortController().signal, checkpoints }: { readonly signal?: AbortSignal; readonly checkpoints?: Checkpoints } = {},
): Promise<Made> => {
  const progress: Progress[] = [];
  const tensors = new Map<string, Float32Array | Uint8Array>();
  const stream = await engine.generate(request, {
    signal,
    onProgress: (one) => progress.push(one),
    trace: (name, data) => void tensors.set(name, data.slice()),
    ...(checkpoints && { checkpoints }),
  });
  const frames: Uint8Array[] = [];
  for await (const frame of stream.frames) frames.push(frame);
  return { stream, frames, progress, tensors };
};

export const engineContract = (name: string, { manifest, create, folder, request, sizes, fewestFrames = 2, canStandStill = false }: EngineUnderTest): void => {
  const build = (where = folder): Engine => create({ manifest, folder: where, providers: ['cpu'], threads: 1, log: silent });

  describe(`${name} keeps the contract of engines`, () => {
    let engine: Engine;
    let first: Made;
    beforeAll(async () => {
      engine = build();
      await engine.load();
      first = await make(engine, request);
    });
    afterAll(() => engine.dispose());

    it('hands out the frames it announced', () => {
      const { widthPx, heightPx, fps, frameCount } = request;
      expect(first.stream).toMatchObject({ widthPx, heightPx, fps, frameCount, pixelFormat: 'i420' });
      expect(first.frames).toHaveLength(frameCount);
      for (const frame of first.frames) expect(frame).toHaveLength((widthPx * heightPx * 3) / 2);
    });

    it('never hands out the same buffer twice', () => {
      expect(new Set(first.frames.map((frame) => frame.buffer)).size).toBe(request.frameCount);
    });

    it('gives byte-identical frames for the same seed', async () => {
      expect((await make(engine, request)).frames).toEqual(first.frames);
    });

    it('gives other latents for another seed', async () => {
      const other = await make(engine, { ...request, seed: request.seed + 1 });
      const changed = [...first.tensors].filter(
        ([key, data]) => key.startsWith('latents') && !Buffer.from(data.buffer).equals(Buffer.from(other.tensors.get(key)?.buffer ?? new ArrayBuffer(0))),
      );
      expect(changed).not.toEqual([]);
    });

    it('reports progress that never falls and ends at 1', () => {
      const fractions = first.progress.map(({ fraction }) => fraction);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      expect(fractions.at(-1)).toBeCloseTo(1, 9);
      expect(first.progress.filter(({ stage }) => stage === 'denoise')).toHaveLength(request.steps);
      for (const { done, total } of first.progress) expect(done).toBeLessThanOrEqual(total);
    });

    it('stops within one step of the signal', async () => {
      const abort = new AbortController();
      let reports = 0;
      const running = engine.generate(request, {
        signal: abort.signal,
        onProgress: ({ stage }) => {
          if (stage === 'denoise') reports++;
          abort.abort();
        },
      });
      await expect(running).rejects.toMatchObject({ code: 'CANCELED' });
      expect(reports).toBeLessThanOrEqual(1);
    });

    it('stops within one frame of the signal', async () => {
      const abort = new AbortController();
      const stream = await engine.generate(request, { signal: abort.signal, onProgress: () => {} });
      let frames = 0;
      const reading = (async () => {
        for await (const _ of stream.frames) {
          frames++;
          abort.abort();
        }
      })();
      await expect(reading).rejects.toMatchObject({ code: 'CANCELED' });
      expect(frames).toBe(1);
    });

    if (canStandStill) {
      it('shows the photo, unmoved, when the motion is 0', async () => {
        const { frames } = await make(engine, { ...request, motion: 0 });
        for (const frame of frames) expect(frame).toEqual(frames[0]);
      });
    }

    it.each(sizes)('renders %i×%i', async (widthPx, heightPx) => {
      const { frames } = await make(engine, { ...request, widthPx, heightPx, frameCount: fewestFrames });
      expect(frames.map((frame) => frame.length)).toEqual(Array(fewestFrames).fill(1.5 * widthPx * heightPx));
    });

    it('can be disposed of twice and used again', async () => {
      await engine.dispose();
      await engine.dispose();
      await engine.load();
      expect((await make(engine, { ...request, frameCount: fewestFrames })).frames).toHaveLength(fewestFrames);
    });
  });

  describe(`${name} looks at its files before it opens them`, () => {
    let copy: string;
    const file = manifest.files[0]?.path as string;
    beforeAll(async () => {
      copy = await mkdtemp(join(tmpdir(), 'stillmotion-engine-'));
      await cp(folder, copy, { recursive: true });
    });
    afterAll(() => rm(copy, { recursive: true }));

    it('says which file is damaged', async () => {
      const bytes = await readFile(join(copy, file));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
      await writeFile(join(copy, file), bytes);
      await expect(build(copy).load()).rejects.toMatchObject({ name: 'EngineError', code: 'MODEL_CORRUPT', params: { file: expect.stringContaining(file) } });
    });

    it('says which file is missing', async () => {
      await rm(join(copy, file));
      await expect(build(copy).load()).rejects.toMatchObject({ name: 'EngineError', code: 'MODEL_MISSING', params: { file: expect.stringContaining(file) } });
    });
  });
};
