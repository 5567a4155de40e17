/** The renderer's graph by itself: what is asked for more moves more, and waves rest where something stands in the water. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger } from '../../core/logger.ts';
import { openSession, type Session } from '../../worker/onnx/session.ts';
import { random } from '../../worker/tensor/random.ts';
import { tensor, vector } from '../../worker/tensor/tensor.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const path = fileURLToPath(new URL('../../worker/models/motion/prepare.onnx', import.meta.url));
const [WIDTH, HEIGHT] = [320, 192];
const [STATIC, SEA, GRASS] = [0, 2, 5];

/** A quay to the left, dark water in the middle, grass to the right; each has its colour and some grain. */
const classAt = (share: number): number => (share < 0.25 ? STATIC : share < 0.6 ? SEA : GRASS);
const COLOURS: Readonly<Record<number, readonly number[]>> = { [STATIC]: [0.8, 0.75, 0.7], [SEA]: [0.1, 0.25, 0.4], [GRASS]: [0.4, 0.6, 0.2] };
const grain = random(3).normal(WIDTH * HEIGHT);
const colour = (at: number, channel: number): number =>
  Math.min(1, Math.max(0, (COLOURS[classAt(((at % WIDTH) + 0.5) / WIDTH)]?.[channel] as number) + 0.03 * (grain[at] as number)));
/** A pale post in the grass and a grey one in the water, where no class tells of them. */
const POSTS = [
  { x: 256, brightness: 0.95 },
  { x: 128, brightness: 0.6 },
];
const withPosts = (at: number, channel: number): number => POSTS.find(({ x }) => Math.abs((at % WIDTH) - x) <= 2)?.brightness ?? colour(at, channel);
const segmentation = Float32Array.from({ length: 13 * 64 * 64 }, (_, at) => {
  const likely = classAt(((at % 64) + 0.5) / 64);
  return Math.floor(at / 4096) === likely ? 0.94 : 0.005;
});

describe('prepare.onnx', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession(path, { providers: ['cpu'], threads: 1, log: silent });
  });
  afterAll(() => session.dispose());

  /** Root mean square of the swings over a stretch of columns, as shares of the width. */
  const swings = async (asked: number, paint = colour): Promise<(name: 'wave_layer' | 'wave_still', from: number, to: number) => number> => {
    const area = WIDTH * HEIGHT;
    const out = await session.run({
      photo: tensor(
        Uint8Array.from({ length: 3 * area }, (_, i) => 255 * paint(Math.floor(i / 3), i % 3)),
        [HEIGHT, WIDTH, 3],
      ),
      proxy: tensor(
        Float32Array.from({ length: 3 * area }, (_, i) => paint(i % area, Math.floor(i / area))),
        [1, 3, HEIGHT, WIDTH],
      ),
      field: tensor(
        random(5)
          .normal(15 * 1024)
          .map((value) => 0.5 * value),
        [1, 15, 32, 32],
      ),
      segmentation: tensor(segmentation, [1, 13, 64, 64]),
      depth: tensor(new Float32Array(4096).fill(0.5), [1, 1, 64, 64]),
      sway: tensor(new Float32Array(4096).fill(0.5), [1, 1, 64, 64]),
      decode: vector(0.22, 0.036, 0.85, 0.07),
      strength: tensor(
        Float32Array.from({ length: 13 }, (_, k) => (k === SEA || k === GRASS ? asked : 0)),
        [13],
      ),
      swing: vector(1.75),
      reach: vector(1),
      drift: vector(0, 0),
    });
    return (name, from, to) => {
      const { data, dims } = out.float(name);
      const [, count = 0, height = 0, width = 0] = dims;
      let [sum, cells] = [0, 0];
      for (let y = Math.round(0.3 * height); y < 0.8 * height; y++) {
        for (let x = Math.round(from * width); x < to * width; x++, cells++) {
          for (let k = 0; k < count; k++) sum += ((data[(k * height + y) * width + x] as number) / 2) ** 2;
        }
      }
      return Math.sqrt(sum / cells);
    };
  };

  it('keeps gently below normal below strongly, all of them to be seen', async () => {
    const [gently, normal, strongly] = [await swings(0.3), await swings(1), await swings(1.8)];
    for (const [name, from, to] of [
      ['wave_layer', 0.35, 0.55],
      ['wave_still', 0.65, 0.9],
    ] as const) {
      expect(gently(name, from, to)).toBeGreaterThan(0.003);
      expect(normal(name, from, to)).toBeGreaterThan(1.2 * gently(name, from, to));
      expect(strongly(name, from, to)).toBeGreaterThan(1.2 * normal(name, from, to));
    }
  });
  it('keeps posts straight, whatever they were taken for', async () => {
    const [bare, posts] = [await swings(1), await swings(1, withPosts)];
    for (const [name, x] of [
      ['wave_still', 256],
      ['wave_layer', 128],
    ] as const) {
      const [from, to] = [(x - 1) / WIDTH, (x + 2) / WIDTH];
      expect(posts(name, from, to)).toBeLessThan(0.3 * bare(name, from, to));
    }
    // and what is not near them moves as before
    expect(posts('wave_layer', 0.5, 0.55)).toBeGreaterThan(0.7 * bare('wave_layer', 0.5, 0.55));
  });
  it('lets waves rest at a quay, and moves nothing on it', async () => {
    const normal = await swings(1);
    expect(normal('wave_layer', 0.25, 0.26)).toBeLessThan(0.35 * normal('wave_layer', 0.4, 0.5));
    expect(normal('wave_still', 0.05, 0.2)).toBeLessThan(0.05 * normal('wave_still', 0.7, 0.9));
  });
});
