/** The renderer's graph by itself: what is asked for more moves more, folds nothing, and rests where it would be seen twice. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger } from '../../core/logger.ts';
import { type Outputs, openSession, type Session } from '../../worker/onnx/session.ts';
import { random } from '../../worker/tensor/random.ts';
import { tensor, vector } from '../../worker/tensor/tensor.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const path = fileURLToPath(new URL('../../worker/models/motion/prepare.onnx', import.meta.url));
const [WIDTH, HEIGHT] = [320, 192];
const [STATIC, SEA, RIVER, GRASS, SMOKE, BODY, FLOATING] = [0, 2, 3, 5, 8, 10, 11];
const SWINGS = 3;

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
/** Probabilities of all classes where one is likely. */
const seenAs = (likely: (share: number) => number, sure = 0.94): Float32Array =>
  Float32Array.from({ length: 13 * 64 * 64 }, (_, at) => (Math.floor(at / 4096) === likely(((at % 64) + 0.5) / 64) ? sure : (1 - sure) / 12));
const segmentation = seenAs(classAt);

/** The smallest area, as a share of its own, that a cell has at any time of the swings: below 0 a part of the picture shows twice. */
const leastArea = ({ data, dims }: { readonly data: Float32Array; readonly dims: readonly number[] }): number => {
  const [, , height = 0, width = 0] = dims;
  let least = 1;
  for (let k = 1; k < 16; k++) {
    const parts = Array.from({ length: SWINGS }, (_, f) => (2 * Math.PI * 2 ** f * k) / 16).flatMap((angle) => [Math.cos(angle) - 1, Math.sin(angle)]);
    const along = (axis: 0 | 1, x: number, y: number): number =>
      parts.reduce((sum, part, i) => sum + part * (data[((2 * i + axis) * height + y) * width + x] as number), 0);
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        // half the picture is 1: a step to either side is 4 / width
        const slope = (axis: 0 | 1): [number, number] => [
          ((along(axis, x + 1, y) - along(axis, x - 1, y)) * width) / 4,
          ((along(axis, x, y + 1) - along(axis, x, y - 1)) * height) / 4,
        ];
        const [[xx, xy], [yx, yy]] = [slope(0), slope(1)];
        least = Math.min(least, (1 - xx) * (1 - yy) - xy * yx);
      }
    }
  }
  return least;
};

describe('prepare.onnx', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession(path, { providers: ['cpu'], threads: 1, log: silent });
  });
  afterAll(() => session.dispose());

  const prepare = async (
    asked: Readonly<Record<number, number>>,
    paint = colour,
    seen = segmentation,
    drift = [0, 0],
    photo = [HEIGHT, WIDTH],
    proxy = photo,
  ): Promise<Outputs> => {
    const [photoArea, proxyArea] = [photo, proxy].map(([height = 0, width = 0]) => height * width) as [number, number];
    return session.run({
      photo: tensor(
        Uint8Array.from({ length: 3 * photoArea }, (_, i) => 255 * paint(Math.floor(i / 3), i % 3)),
        [...photo, 3],
      ),
      proxy: tensor(
        Float32Array.from({ length: 3 * proxyArea }, (_, i) => paint(i % proxyArea, Math.floor(i / proxyArea))),
        [1, 3, ...proxy],
      ),
      field: tensor(
        random(5)
          .normal(15 * 1024)
          .map((value) => 0.5 * value),
        [1, 15, 32, 32],
      ),
      segmentation: tensor(seen, [1, 13, 64, 64]),
      depth: tensor(new Float32Array(4096).fill(0.5), [1, 1, 64, 64]),
      sway: tensor(new Float32Array(4096).fill(0.5), [1, 1, 64, 64]),
      decode: vector(0.22, 0.036, 0.85, 0.07),
      strength: tensor(
        Float32Array.from({ length: 13 }, (_, k) => asked[k] ?? 0),
        [13],
      ),
      swing: vector(1.75),
      reach: vector(1),
      drift: vector(...drift),
    });
  };

  /** Root mean square of the swings over a stretch of columns, as shares of the width. */
  const swings = async (
    asked: number,
    paint = colour,
    seen = segmentation,
  ): Promise<(name: 'wave_layer' | 'wave_still', from: number, to: number) => number> => {
    const out = await prepare({ [SEA]: asked, [GRASS]: asked, [BODY]: asked }, paint, seen);
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
  it('swings a boat as a whole, all of it about as far', async () => {
    const out = await prepare(
      { [FLOATING]: 1 },
      (_, channel) => [0.1, 0.25, 0.4][channel] as number,
      seenAs((across) => (across > 0.4 && across < 0.6 ? FLOATING : SEA)),
    );
    const { data, dims } = out.float('wave_still');
    const [, , height = 0, width = 0] = dims;
    const lengths: number[] = [];
    for (let y = Math.ceil(0.35 * height); y < 0.65 * height; y++) {
      for (let x = Math.ceil(0.43 * width); x < 0.57 * width; x++) {
        lengths.push(Math.hypot(...Array.from({ length: 4 * SWINGS }, (_, k) => data[(k * height + y) * width + x] as number)));
      }
    }
    expect(Math.min(...lengths)).toBeGreaterThan(0.004);
    expect(Math.max(...lengths)).toBeLessThan(1.8 * Math.min(...lengths));
  });
  it('folds nothing over, however strongly it is asked to move', async () => {
    const out = await prepare({ [SEA]: 1.8, [GRASS]: 1.8 });
    for (const name of ['wave_layer', 'wave_still'] as const) {
      expect(leastArea(out.float(name))).toBeGreaterThan(0);
    }
  });
  it('draws no current out so far that it folds', async () => {
    const out = await prepare(
      { [RIVER]: 1.8 },
      colour,
      seenAs((across) => (across < 0.25 ? STATIC : across < 0.6 ? RIVER : GRASS)),
    );
    const { data, dims } = out.float('flow');
    const [cycles = 0, peak = 0] = out.float('activity').data;
    const [, , height = 0, width = 0] = dims;
    expect(peak).toBeGreaterThan(0.01);
    let most = 0;
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const at = (axis: number, dx: number, dy: number): number => data[(axis * height + y + dy) * width + x + dx] as number;
        const slopes = [0, 1].flatMap((axis) => [((at(axis, 1, 0) - at(axis, -1, 0)) * width) / 4, ((at(axis, 0, 1) - at(axis, 0, -1)) * height) / 4]);
        most = Math.max(most, Math.hypot(...slopes));
      }
    }
    expect(most / cycles).toBeLessThan(1);
  });
  it('lets a current rest at a rim that goes all along the water, and not at a shorter line', async () => {
    /** How far the water goes on average at the line, as a share of the height; the line's lower side is darker between two columns. */
    const goes = async (left: number, right: number): Promise<number> => {
      const paint = (at: number, channel: number): number =>
        ([0.3, 0.45, 0.6][channel] as number) +
        0.02 * (grain[at] as number) -
        (at / WIDTH > 0.6 * HEIGHT && (at % WIDTH) / WIDTH >= left && (at % WIDTH) / WIDTH < right ? 0.2 : 0);
      const out = await prepare(
        { [RIVER]: 1 },
        paint,
        seenAs(() => RIVER),
        [0, 1],
      );
      const { data, dims } = out.float('flow');
      const [, , height = 0, width = 0] = dims;
      const row = Math.round(0.6 * height);
      const [from, to] = [Math.round(0.1 * width), Math.round(0.25 * width)];
      let sum = 0;
      for (let x = from; x < to; x++) sum += Math.abs(data[(height + row) * width + x] as number) / 2;
      return sum / (to - from);
    };
    const [none, short, rim] = [await goes(0, 0), await goes(0.1, 0.25), await goes(0, 1)];
    expect(none).toBeGreaterThan(0.01);
    expect(short).toBeGreaterThan(0.7 * none);
    expect(rim).toBeLessThan(0.3 * none);
  });
  it('lets smoke go no further than it is from where it ends, and water come from no further than it is known', async () => {
    /** How far a column's flow goes on average, and how far the column is from the border to its left, as shares of the width. */
    const reach = async (kind: number, strength: number, drift: number): Promise<(share: number) => { readonly goes: number; readonly has: number }> => {
      const seen = seenAs((share) => (share < 0.25 ? STATIC : share < 0.6 ? kind : GRASS));
      const { data, dims } = (await prepare({ [kind]: strength }, colour, seen, [drift, 0])).float('flow');
      const [, , height = 0, width = 0] = dims;
      return (share) => {
        const x = Math.round(share * width);
        let sum = 0;
        for (let y = Math.round(0.4 * height); y < 0.6 * height; y++)
          sum += Math.hypot(...[0, 1].map((axis) => (data[(axis * height + y) * width + x] as number) / 2));
        return { goes: sum / Math.round(0.2 * height), has: share - 0.25 };
      };
    };
    const smoke = await reach(SMOKE, 1, 1);
    for (const share of [0.3, 0.34]) expect(smoke(share).goes).toBeLessThan(0.75 * smoke(share).has);
    expect(smoke(0.57).goes).toBeLessThan(0.6 * smoke(0.43).goes);
    expect(smoke(0.43).goes).toBeGreaterThan(0.015);
    // a river that comes from behind the quay, and one that goes there
    const [from, towards] = [await reach(RIVER, 1, 1), await reach(RIVER, 1, -1)];
    expect(from(0.265).goes).toBeLessThan(0.7 * towards(0.265).goes);
    expect(from(0.55).goes).toBeGreaterThan(0.015);
  });
  it('goes on with water as itself where little of it was told as water, and not across a quay', async () => {
    // the quay is water for half, too, but looks like none
    const seen = seenAs((share) => (share > 0.35 && share < 0.6 ? SEA : share < 0.6 ? STATIC : GRASS));
    for (let at = 0; at < 4096; at++) if (seen[at] === Math.fround(0.94)) [seen[at], seen[SEA * 4096 + at]] = [0.62, 0.32];
    const out = await prepare({ [SEA]: 1 }, colour, seen);
    const [luma, layer, mask] = [out.bytes('luma').data, out.bytes('layer').data, out.bytes('mask').data];
    const unlike = (from: number, to: number): number => {
      let [sum, count] = [0, 0];
      for (let y = 60; y < 130; y++)
        for (let x = from; x < to; x++, count++) sum += Math.abs((luma[y * WIDTH + x] as number) - (layer[y * WIDTH + x] as number));
      return sum / count;
    };
    expect(mask[100 * WIDTH + 96]).toBeLessThan(50);
    expect(unlike(90, 102)).toBeLessThan(1.5);
    expect(unlike(40, 70)).toBeGreaterThan(30);
  });
  it('lets who fills the picture breathe less than who does not', async () => {
    const plain = (at: number): number => Math.min(1, Math.max(0, 0.5 + 0.03 * (grain[at] as number)));
    const [whole, part] = [
      await swings(
        1,
        plain,
        seenAs(() => BODY),
      ),
      await swings(
        1,
        plain,
        seenAs((share) => (share > 0.3 && share < 0.7 ? BODY : STATIC)),
      ),
    ];
    expect(whole('wave_still', 0.45, 0.55)).toBeLessThan(0.85 * part('wave_still', 0.45, 0.55));
    expect(whole('wave_still', 0.45, 0.55)).toBeGreaterThan(0.3 * part('wave_still', 0.45, 0.55));
  });
  it('takes any size: the shapes that the graph names for the planning of memory are true of all of them', async () => {
    const draw = random(11);
    const upTo = (px: number): number => 24 + Math.floor(px * draw.uniform());
    for (let k = 0; k < 40; k++) {
      const [height, width] = [2 * upTo(100), 2 * upTo(100)];
      const out = await prepare({ [SEA]: 1 }, colour, segmentation, [0, 0], [height, width], [upTo(160), upTo(160)]);
      expect([out.bytes('luma').dims, out.bytes('chroma').dims.slice(2)]).toEqual([
        [1, 1, height, width],
        [height / 2, width / 2],
      ]);
    }
  });

  it('lets waves rest at a quay, and moves nothing on it', async () => {
    const normal = await swings(1);
    expect(normal('wave_layer', 0.25, 0.26)).toBeLessThan(0.35 * normal('wave_layer', 0.4, 0.5));
    expect(normal('wave_still', 0.05, 0.2)).toBeLessThan(0.05 * normal('wave_still', 0.7, 0.9));
  });
});

describe('frame.onnx', () => {
  it('shows the picture mirrored where what flows in lies beyond its edge', async () => {
    const session = await openSession(path.replace('prepare.onnx', 'frame.onnx'), { providers: ['cpu'], threads: 1, log: silent });
    try {
      const [width, height] = [20, 12];
      const plane = (channels: number, values: (channel: number, at: number) => number) =>
        tensor(
          Float32Array.from({ length: channels * width * height }, (_, i) => values(Math.floor(i / (width * height)), i % (width * height))),
          [1, channels, height, width],
        );
      const still = (channels: number) => plane(channels, () => 0);
      const out = await session.run({
        ...{ low: still(1), wave_layer: still(12), wave_still: still(12), lit: still(2), relief: still(1), common: still(1) },
        // by 0.3 of half a picture to the right
        flow: plane(2, (axis) => (axis === 0 ? 0.3 : 0)),
        ...{ pose: vector(1, 0, 0, 0, 1, 0), parallax: vector(0, 0, 0), phase: tensor(new Float32Array(6), [3, 2]), glow: vector(0, 0) },
        ...{ travel: vector(1, 0), weight: vector(1, 0) },
      });
      const shifts = out.float('shifts').data;
      for (let x = 0; x < width; x++) {
        const [here, shift] = [(2 * x + 1) / width - 1, shifts[2 * width * height + 5 * width + x] as number];
        const beyond = here - 0.3 < -1;
        expect(here + shift).toBeCloseTo(beyond ? -2 - (here - 0.3) : here - 0.3, 5);
      }
    } finally {
      await session.dispose();
    }
  });
});
