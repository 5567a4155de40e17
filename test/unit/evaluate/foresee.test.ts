/** What is read from fields before a clip is drawn: lengths and light of each cell, and a whole list by the real engine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifests } from '../../../config/engines.ts';
import type { Logger } from '../../../core/logger.ts';
import { foreseeList, readFields } from '../../../worker/evaluate/foresee.ts';
import { parseList } from '../../../worker/evaluate/list.ts';
import { jpeg } from '../../support/photos.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

describe('fields', () => {
  const [width, height] = [4, 3];
  const area = width * height;
  /** A flow to the right everywhere, a swing up and down of what is anchored, light in the first cell; the left half is layer. */
  const traced = new Map<string, { data: Float32Array | Uint8Array; dims: number[] }>([
    ['flow', { data: Float32Array.from({ length: 2 * area }, (_, i) => (i < area ? 0.5 : 0)), dims: [1, 2, height, width] }],
    ['wave_layer', { data: new Float32Array(12 * area), dims: [1, 12, height, width] }],
    // the sine of the slowest swing, downwards
    ['wave_still', { data: new Float32Array(12 * area).fill(0.1, 3 * area, 4 * area), dims: [1, 12, height, width] }],
    ['lit', { data: Float32Array.from({ length: area }, (_, i) => (i === 0 ? -0.25 : 0)), dims: [1, 1, height, width] }],
    ['luma', { data: new Uint8Array(4 * area).fill(100), dims: [1, 1, 2 * height, 2 * width] }],
    ['mask', { data: Uint8Array.from({ length: 4 * area }, (_, i) => (i % (2 * width) < width ? 255 : 0)), dims: [1, 1, 2 * height, 2 * width] }],
  ]);

  it('are lengths of the second largest moment, of the layer or of what is anchored', () => {
    const { peak, light } = readFields(traced, 1);
    // half of the width at the fifth of six moments, over a diagonal of 5
    expect(peak[0]).toBeCloseTo((0.5 * ((4.83 / 6) * width)) / 2 / 5, 5);
    const swings = Array.from({ length: 6 }, (_, k) => Math.abs(Math.sin((2 * Math.PI * (k + 0.83)) / 6))).sort((a, b) => b - a);
    expect(peak[width - 1]).toBeCloseTo((0.1 * (swings[1] as number) * height) / 2 / 5, 5);
    expect([light[0], light[1]]).toEqual([50, 0]);
  });

  it('swing faster in longer clips, and then reach further by the second of the moments', () => {
    const [once, thrice] = [readFields(traced, 1), readFields(traced, 3)];
    expect(once.peak[width - 1]).not.toBeCloseTo(thrice.peak[width - 1] as number, 4);
    expect(once.peak[0]).toBe(thrice.peak[0]);
  });
});

describe('a list', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'foresee-test-'));
    await writeFile(join(directory, 'grey.jpg'), await jpeg(160, 120));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const list = parseList(
    JSON.stringify({
      name: 'grey',
      photos: {
        grey: {
          path: 'grey.jpg',
          source: 'drawn here',
          regions: {
            wall: [
              [
                [0, 0],
                [1, 0],
                [1, 1],
                [0, 1],
              ],
            ],
          },
        },
      },
      shots: [
        { id: 'told', photo: 'grey', prompt: 'zoom in', expect: { moves: ['wall'] } },
        { id: 'other', photo: 'grey', prompt: 'zoom in', expect: { camera: { zoom: 1 } } },
      ],
    }),
  );
  const config = { modelsDir: directory, executionProviders: ['cpu'], threads: 1, ffmpegPath: null };

  it('is told what will not move, without a clip and without what names no region', async () => {
    const lines: string[] = [];
    await foreseeList(list, { photosDir: directory, engineId: 'motion', manifests, config, log: silent, say: (line) => void lines.push(line) });
    expect(lines[0]).toMatch(/^MISS moves told grey: zoom in \| wall 0\.00 %/);
    expect(lines.slice(1).join('\n')).toMatch(/named region moves.*0\/1/);
    expect(lines.join('\n')).not.toContain('other');
  });

  it('of another engine is refused, because only this one has fields', async () => {
    const [motion] = manifests;
    if (!motion) throw new Error('there is no engine');
    const other = { ...motion, id: 'other', family: 'ltx-video' } as const;
    await expect(foreseeList(list, { photosDir: directory, engineId: 'other', manifests: [other], config, log: silent, say: () => undefined })).rejects.toThrow(
      /reads the fields of the engine motion/,
    );
  });
});
