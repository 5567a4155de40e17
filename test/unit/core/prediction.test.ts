/** Prices and expectations: exact for the default clip, in proportion for others, learnt from measurements, and mostly true. */
import { describe, expect, it } from 'vitest';
import type { EngineManifest } from '../../../core/engine.ts';
import { join, type Line, orderOf, takeNext, type WaitingJob } from '../../../core/fairness.ts';
import { CREDIT_MS } from '../../../core/ledger.ts';
import { learn, predict, quantile, quote, type Rate, SPREAD_WINDOW, sizeClass, spreadOf, WINDOW, waitClass } from '../../../core/prediction.ts';
import { resolveRequest } from '../../../core/request.ts';
import { sampleManifest } from '../../support/manifest.ts';
import { seeded } from '../../support/seeded.ts';

const large: EngineManifest = { ...sampleManifest, id: 'large', costWeight: 12 };
const price = (
  options: Parameters<typeof resolveRequest>[2],
  photo: { widthPx: number; heightPx: number } | null = { widthPx: 4000, heightPx: 3000 },
  manifest = sampleManifest,
  rates: readonly Rate[] = [],
): number =>
  quote(
    resolveRequest(manifest, 'waves', options, photo, () => 1),
    photo,
    manifest,
    sampleManifest,
    rates,
  ).priceMs;
const rate = (engine: string, size: number, ratio: number, count = 20): Rate => ({ engine, size, ratios: Array.from({ length: count }, () => ratio) });

describe('the price', () => {
  it.each([
    [4000, 3000],
    [3000, 4000],
    [320, 200],
    [100, 4000],
    [1280, 1280],
  ])('of the default clip is exactly one credit, for a photo of %i × %i', (widthPx, heightPx) => {
    expect(price({}, { widthPx, heightPx })).toBe(CREDIT_MS);
    // Whatever the machine takes for it.
    expect(price({}, { widthPx, heightPx }, sampleManifest, [rate('motion', 8, 17), rate('motion', 3, 0.1)])).toBe(CREDIT_MS);
  });

  it('grows with frames, steps and pixels, and falls with them', () => {
    expect(price({ seconds: 6 })).toBe(2 * CREDIT_MS);
    expect(price({ seconds: 1.5 })).toBe(CREDIT_MS / 2);
    expect(price({ fps: 12 })).toBe(CREDIT_MS / 2);
    expect(price({ steps: 24 })).toBe(2 * CREDIT_MS);
    expect(price({ widthPx: 640 })).toBe(CREDIT_MS / 4);
    expect(price({ widthPx: 1600 })).toBeGreaterThan(1.4 * CREDIT_MS);
    expect(price({ seconds: 1, fps: 8, steps: 4, widthPx: 64 })).toBe(CREDIT_MS / 20);
  });

  it('of a small photo is not multiplied by its being small', () => {
    const small = { widthPx: 320, heightPx: 240 };
    expect(price({ widthPx: 1280 }, small)).toBe(CREDIT_MS);
    expect(price({ widthPx: 160 }, small)).toBe(CREDIT_MS / 4);
  });

  it('of another engine follows its cost weight until enough was measured, then the measurements, within bounds', () => {
    const photo = { widthPx: 4000, heightPx: 3000 };
    const size = sizeClass({ widthPx: 1280, heightPx: 960 });
    const own = rate('motion', size, 0.5);
    expect(price({}, photo, large)).toBe(12 * CREDIT_MS);
    expect(price({}, photo, large, [own, rate('large', size, 1, 3)])).toBe(12 * CREDIT_MS);
    expect(price({}, photo, large, [own, rate('large', size, 1)])).toBe(24 * CREDIT_MS);
    expect(price({}, photo, large, [own, rate('large', size, 1000)])).toBe(48 * CREDIT_MS);
  });

  it('needs no photo', () => expect(price({}, null, { ...sampleManifest, inputs: { image: 'optional', text: 'required' } })).toBe(CREDIT_MS));
});

describe('what is expected', () => {
  it('comes from the same engine and size, else from the nearest of the engine, else from the machine', () => {
    const rates = [rate('large', 4, 2), rate('large', 8, 3), rate('motion', 8, 5)];
    expect(predict('large', 8, 100, rates)).toEqual({ ms: 300, measured: true });
    expect(predict('large', 5, 100, rates).ms).toBe(200);
    expect(predict('other', 8, 100, rates).ms).toBe(300);
    expect(predict('other', 8, 100, [])).toEqual({ ms: 100, measured: false });
  });

  it('is learnt in a window that forgets, and ignores what is no duration', () => {
    let window: readonly number[] = [];
    for (let i = 0; i < 200; i++) window = learn(window, i < 100 ? 9 : 1);
    expect(window).toHaveLength(WINDOW);
    expect(quantile(window, 0.5)).toBe(1);
    for (const bad of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) expect(learn(window, bad)).toBe(window);
    expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5);
    expect([quantile([7], 0.1), quantile([1, 2], 0), quantile([1, 2], 1)]).toEqual([7, 1, 2]);
  });
});

/**
 * A day on one worker: people of several servers come in waves, engines differ, durations vary, the machine gets slower for an hour.
 * @returns how many clips were ready within the interval told when they were asked for
 */
const day = (seed: number, clips: number): { readonly inside: number; readonly told: number; readonly width: number } => {
  const random = seeded(seed);
  const engines = [
    { id: 'motion', nominal: 10_000 },
    { id: 'svd', nominal: 60_000 },
  ];
  let rates: Rate[] = [];
  const spreads = new Map<number, readonly number[]>();
  const told = new Map<string, { atMs: number; etaMs: number; lowMs: number; highMs: number; kind: number }>();
  const truth = new Map<string, { engine: string; nominal: number; takesMs: number }>();
  const line: Line = { virtualMs: 0, places: new Map() };
  let running: { job: WaitingJob; startedMs: number; endsMs: number } | null = null;
  let nextArrivalMs = 0;
  let [inside, count, width] = [0, 0, 0];
  for (let asked = 0; asked < clips || running; ) {
    const arrives = asked < clips && (!running || nextArrivalMs <= running.endsMs);
    const nowMs: number = arrives ? nextArrivalMs : (running?.endsMs ?? 0);
    if (arrives) {
      const engine = random.next() < 0.75 ? engines[0] : engines[1];
      const nominal = (engine?.nominal ?? 0) * random.pick([0.5, 1, 1, 2]);
      const slow = nowMs % 10_800_000 > 7_200_000 ? 1.6 : 1;
      const id = `job${asked}`;
      truth.set(id, { engine: engine?.id ?? '', nominal, takesMs: nominal * 1.7 * slow * Math.exp(0.2 * random.normal()) });
      const expected = predict(engine?.id ?? '', 8, nominal, rates);
      const one = { id, place: `place${random.below(5)}`, user: `user${random.below(20)}`, createdAtMs: nowMs, predictedMs: expected.ms, weight: 1 };
      join(line, one, 'fair', nowMs);
      const order = orderOf(structuredClone(line), nowMs);
      const ahead = order.slice(
        0,
        order.findIndex((other) => other.id === id),
      );
      const leftMs = running ? Math.max(running.job.predictedMs / 10, running.job.predictedMs - (nowMs - running.startedMs)) : 0;
      const etaMs = leftMs + ahead.reduce((sum, { predictedMs }) => sum + predictedMs, 0) + one.predictedMs;
      const kind = waitClass(ahead.length);
      const { low, high } = spreadOf(spreads.get(kind) ?? []);
      if (expected.measured) told.set(id, { atMs: nowMs, etaMs, lowMs: etaMs * low, highMs: etaMs * high, kind });
      asked += 1;
      nextArrivalMs = nowMs + random.wait(asked % 200 < 60 ? 22_000 : 75_000);
    } else if (running) {
      const { engine, nominal } = truth.get(running.job.id) ?? { engine: '', nominal: 1 };
      const known = rates.find((one) => one.engine === engine)?.ratios ?? [];
      rates = [...rates.filter((one) => one.engine !== engine), { engine, size: 8, ratios: learn(known, (nowMs - running.startedMs) / nominal) }];
      const promise = told.get(running.job.id);
      if (promise) {
        const tookMs = nowMs - promise.atMs;
        count += 1;
        width += promise.highMs / promise.lowMs;
        if (tookMs >= promise.lowMs && tookMs <= promise.highMs) inside += 1;
        spreads.set(promise.kind, learn(spreads.get(promise.kind) ?? [], tookMs / promise.etaMs, SPREAD_WINDOW));
      }
      running = null;
    }
    if (!running) {
      const next = takeNext(line, nowMs);
      if (next) running = { job: next, startedMs: nowMs, endsMs: nowMs + (truth.get(next.id)?.takesMs ?? 0) };
    }
  }
  return { inside, told: count, width: width / count };
};

it('keeps at least 80 % of its promises over recorded days', () => {
  const days = [1, 2, 3, 4].map((seed) => day(seed, 600));
  const [inside, told] = [days.reduce((sum, one) => sum + one.inside, 0), days.reduce((sum, one) => sum + one.told, 0)];
  console.info(
    `promises kept: ${inside} of ${told} (${((100 * inside) / told).toFixed(1)} %), high / low on average ${days.map(({ width }) => width.toFixed(1)).join(', ')}`,
  );
  expect(told).toBeGreaterThan(2_300);
  expect(inside / told).toBeGreaterThanOrEqual(0.8);
  for (const one of days) expect(one.inside / one.told).toBeGreaterThanOrEqual(0.75);
});
