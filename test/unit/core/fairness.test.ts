/** Whose turn it is: fairness between places and people, no starvation, no idling, and the words for waiting. */
import { describe, expect, it } from 'vitest';
import { aheadText, intervalText, join, type Line, orderOf, type QueuePolicy, queuePolicies, takeNext, type WaitingJob } from '../../../core/fairness.ts';
import { seeded } from '../../support/seeded.ts';

const newLine = (): Line => ({ virtualMs: 0, places: new Map() });
let count = 0;
const job = (place: string, user: string, createdAtMs: number, predictedMs = 10_000, weight = 1): WaitingJob => {
  count += 1;
  return { id: `job${String(count).padStart(9, '0')}`, place, user, createdAtMs, predictedMs, weight };
};

/** One worker over a list of arrivals. @returns when each job started */
const work = (arrivals: readonly WaitingJob[], policy: QueuePolicy = 'fair'): { readonly job: WaitingJob; readonly startMs: number }[] => {
  const coming = [...arrivals].sort((a, b) => a.createdAtMs - b.createdAtMs);
  const line = newLine();
  const started: { job: WaitingJob; startMs: number }[] = [];
  let nowMs = 0;
  let waiting = 0;
  while (coming.length > 0 || waiting > 0) {
    // Work is conserved: the worker is idle only when nobody waits.
    if (waiting === 0) nowMs = Math.max(nowMs, coming[0]?.createdAtMs ?? nowMs);
    while (coming[0] && coming[0].createdAtMs <= nowMs) {
      join(line, coming.shift() as WaitingJob, policy, nowMs);
      waiting += 1;
    }
    const next = takeNext(line, nowMs);
    if (!next) throw new Error('somebody waits and nobody was chosen');
    waiting -= 1;
    started.push({ job: next, startMs: nowMs });
    nowMs += next.predictedMs;
  }
  expect(takeNext(line, nowMs)).toBeNull();
  return started;
};

describe('turns', () => {
  it('alternate between places, and in a place between people', () => {
    const arrivals = [...Array.from({ length: 3 }, () => job('a', 'ann', 0)), job('a', 'bob', 0), job('b', 'cyd', 0), job('b', 'cyd', 0)];
    expect(work(arrivals).map(({ job: one }) => one.user)).toEqual(['ann', 'cyd', 'bob', 'cyd', 'ann', 'ann']);
  });

  it('count time, not clips: one long clip weighs as much as several short ones', () => {
    const arrivals = [...Array.from({ length: 2 }, () => job('a', 'long', 0, 60_000)), ...Array.from({ length: 8 }, () => job('a', 'short', 0, 10_000))];
    expect(
      work(arrivals)
        .map(({ job: one }) => one.user[0])
        .join(''),
    ).toBe('lsssssslss');
  });

  it('go by age where a place wants that, and by role where it wants that', () => {
    const mixed = [job('a', 'ann', 0), job('a', 'ann', 1), job('a', 'bob', 2), job('a', 'ann', 3)];
    expect(work(mixed, 'first-come').map(({ job: one }) => one.createdAtMs)).toEqual([0, 1, 2, 3]);
    const crowd = [...Array.from({ length: 30 }, () => job('a', 'patron', 0, 10_000, 3)), ...Array.from({ length: 30 }, () => job('a', 'guest', 0))];
    const first = work(crowd, 'role-weighted').slice(0, 20);
    expect(first.filter(({ job: one }) => one.user === 'patron')).toHaveLength(15);
    expect(
      work(crowd, 'fair')
        .slice(0, 20)
        .filter(({ job: one }) => one.user === 'patron'),
    ).toHaveLength(10);
  });

  it('are not saved up: who was away comes back at the present', () => {
    const arrivals = [
      ...Array.from({ length: 20 }, (_, i) => job('a', 'ann', i * 10_000)),
      ...Array.from({ length: 3 }, () => job('a', 'bob', 150_000)),
      job('a', 'ann', 150_000),
    ];
    const order = work(arrivals).filter(({ startMs }) => startMs >= 150_000);
    expect(order.slice(0, 4).filter(({ job: one }) => one.user === 'bob')).toHaveLength(2);
  });
});

describe('a flooder', () => {
  it.each(['the same place', 'another place'])('with 500 jobs in %s comes before anybody else’s clip once at most', (where) => {
    const random = seeded(where.length);
    for (let round = 0; round < 20; round++) {
      const flood = Array.from({ length: 500 }, () => job('a', 'flooder', 0, 5_000 + random.below(10_000)));
      const others = Array.from({ length: 40 }, (_, i) =>
        job(where === 'the same place' ? 'a' : `p${i}`, `user${i}`, 1 + random.below(4_000_000), 5_000 + random.below(10_000)),
      );
      const started = work([...flood, ...others]);
      for (const one of others) {
        const startMs = started.find(({ job: { id } }) => id === one.id)?.startMs ?? Number.NaN;
        const between = started.filter(({ job: { user }, startMs: at }) => user === 'flooder' && at >= one.createdAtMs && at < startMs);
        expect(between.length).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe.each(queuePolicies)('under the policy %s', (policy) => {
  it('everybody is served once, and the worker is never idle while somebody waits', () => {
    for (let seed = 0; seed < 30; seed++) {
      const random = seeded(seed);
      let atMs = 0;
      const arrivals = Array.from({ length: 300 }, () => {
        atMs += random.wait(9_000);
        return job(`place${random.below(6)}`, `user${random.below(15)}`, Math.floor(atMs), 1_000 + random.below(20_000), random.pick([0.1, 1, 2, 10]));
      });
      const started = work(arrivals, policy);
      expect(new Set(started.map(({ job: { id } }) => id)).size).toBe(300);
      // The busy time is the same whatever the order.
      const fifo = work(arrivals, 'first-come');
      const endOf = (list: typeof started): number => Math.max(...list.map(({ job: one, startMs }) => startMs + one.predictedMs));
      expect(endOf(started)).toBe(endOf(fifo));
    }
  });

  it('nobody starves, not even while somebody new with a clip of their own comes with every turn', () => {
    // After its owner's last turn a clip of 10 s lets those before it who come within the next 200 s: two with each of twenty turns.
    const bound = 2 * 20 + 10;
    for (const samePlace of [true, false]) {
      const line = newLine();
      const patient = [job('p', 'patient', 0), job('p', 'patient', 0)];
      for (const one of patient) join(line, one, policy, 0);
      const taken: string[] = [];
      for (let turn = 0; turn < bound; turn++) {
        const nowMs = turn * 10_000;
        for (let i = 0; i < 2; i++) join(line, job(samePlace ? 'p' : `new${turn}.${i}`, `new${turn}.${i}`, nowMs, 10_000, 10), policy, nowMs);
        taken.push(takeNext(line, nowMs)?.id ?? '');
      }
      for (const { id } of patient) expect(taken).toContain(id);
    }
  });
});

it('plays the order through without changing who is next', () => {
  const line = newLine();
  for (const one of [job('a', 'ann', 0), job('a', 'ann', 0), job('b', 'bob', 0)]) join(line, one, 'fair', 0);
  const order = orderOf(structuredClone(line), 0);
  expect(order).toHaveLength(3);
  expect(orderOf(structuredClone(line), 0, 2)).toEqual(order.slice(0, 2));
  expect([takeNext(line, 0), takeNext(line, 10_000), takeNext(line, 20_000)]).toEqual(order);
});

it('says who runs first and how long that takes', () => {
  expect(aheadText({ own: 0, others: 2, running: 1 })).toBe('2 clips of other people run first');
  expect(aheadText({ own: 1, others: 0, running: 0 })).toBe('1 clip of yours runs first');
  expect(aheadText({ own: 1, others: 3, running: 0 })).toBe('1 clip of yours and 3 clips of other people run first');
  expect(aheadText({ own: 0, others: 0, running: 1 })).toBe('it starts when the clip that is being made is done');
  expect(aheadText({ own: 0, others: 0, running: 0 })).toBe('');
  expect([intervalText(20, 40), intervalText(170, 290), intervalText(0, 0.5), intervalText(3_600, 9_000)]).toEqual([
    'about 20–40 s',
    'about 2–5 min',
    'about 1 s',
    'about 1–3 h',
  ]);
});
