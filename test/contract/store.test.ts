/** The stores on a real database: acceptance, quota, states, fencing, deliveries, settings, bans. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openPglite } from '../../core/infra/database.ts';
import { lockDirectory } from '../../core/infra/directory-lock.ts';
import { createStore } from '../../core/infra/store.ts';
import type { ClipRef } from '../../core/job.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { fakeClock, sampleDraft } from '../support/jobs.ts';
import { copyTemplate } from '../support/template.ts';

const clock = fakeClock();
const two: DailyLimit = { clips: 2, scope: 'personal' };
const clip: ClipRef = {
  key: 'clips/x.mp4',
  thumbnailKey: 'clips/x.jpg',
  format: 'mp4',
  bytes: 1,
  widthPx: 2,
  heightPx: 2,
  seconds: 1,
  fps: 12,
  frameCount: 12,
};
let store: Store;
let directory: string;
let user = 0;
const someone = (): string => `web:user:${++user}`;

beforeAll(async () => {
  directory = copyTemplate(inject('templateDirectory'));
  store = createStore(await openPglite(directory), clock);
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const left = async (who: string, place = 'web:local', limit = two): Promise<number> => (await store.ledger.balance(who, place, limit)).left;

describe('acceptance and quota', () => {
  it('holds a clip with the job, and refuses without keeping anything when none is left', async () => {
    const who = someone();
    await store.jobs.accept(sampleDraft(who), two);
    await store.jobs.accept(sampleDraft(who), two);
    expect(await left(who)).toBe(0);
    const third = sampleDraft(who);
    await expect(store.jobs.accept(third, two)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', params: { limit: 2 } });
    expect(await store.jobs.find(third.id)).toBeNull();
    expect(await left(someone())).toBe(2);
  });

  it('makes one job of the same request, also when it comes three times at once', async () => {
    const who = someone();
    const draft = sampleDraft(who);
    const results = await Promise.all([1, 2, 3].map((n) => store.jobs.accept({ ...draft, id: `${draft.id}${n}` }, two)));
    expect(results.filter((result) => result.created)).toHaveLength(1);
    expect(new Set(results.map((result) => result.job.id)).size).toBe(1);
    expect(await left(who)).toBe(1);
  });

  it('never lets parallel requests through beyond the allowance', async () => {
    const who = someone();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => store.jobs.accept(sampleDraft(who), two)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(2);
  });

  it('gives the clip back on failure and on cancel, once, and keeps it when done', async () => {
    const who = someone();
    const { job } = await store.jobs.accept(sampleDraft(who), two);
    await store.jobs.cancel(job.id);
    await store.jobs.cancel(job.id);
    expect(await left(who)).toBe(2);
    const { job: second } = await store.jobs.accept(sampleDraft(who), two);
    const claimed = await store.jobs.claim(second.id);
    await store.jobs.finish(second.id, claimed?.attempt ?? 0, { state: 'failed', error: { code: 'ENGINE_FAILED', params: {} } });
    expect(await left(who)).toBe(2);
    const { job: third } = await store.jobs.accept(sampleDraft(who), two);
    await store.jobs.finish(third.id, (await store.jobs.claim(third.id))?.attempt ?? 0, { state: 'done', clip, notes: [] });
    expect(await left(who)).toBe(1);
  });

  it('starts every UTC day with a full allowance', async () => {
    const who = someone();
    await store.jobs.accept(sampleDraft(who), two);
    await store.jobs.accept(sampleDraft(who), two);
    clock.advance(86_400_000);
    expect(await left(who)).toBe(2);
  });

  it('uses granted clips when the day is used up; they are for that place only and do not expire', async () => {
    const who = someone();
    await store.ledger.grant({ user: who, place: 'discord:guild:1', clips: 1, actor: 'mod', reason: 'thanks' });
    expect(await left(who, 'discord:guild:1')).toBe(3);
    expect(await left(who, 'discord:guild:2')).toBe(2);
    for (let i = 0; i < 3; i++) await store.jobs.accept(sampleDraft(who, 'discord:guild:1'), two);
    await expect(store.jobs.accept(sampleDraft(who, 'discord:guild:1'), two)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    clock.advance(86_400_000);
    expect(await left(who, 'discord:guild:1')).toBe(2);
  });

  it('counts a place with its own allowance by itself, and a reset touches that place only', async () => {
    const who = someone();
    const own: DailyLimit = { clips: 1, scope: 'place' };
    await store.jobs.accept(sampleDraft(who, 'discord:guild:1'), own);
    await store.jobs.accept(sampleDraft(who, 'discord:guild:2'), two);
    expect(await left(who, 'discord:guild:1', own)).toBe(0);
    expect(await left(who, 'discord:guild:2')).toBe(1);
    expect(await store.ledger.resetDay({ user: who, place: 'discord:guild:1', actor: 'mod', limit: own })).toBe(1);
    expect(await left(who, 'discord:guild:1', own)).toBe(1);
    expect(await left(who, 'discord:guild:2')).toBe(1);
  });
});

describe('states', () => {
  it('lets only the worker that holds the job finish it', async () => {
    const { job } = await store.jobs.accept(sampleDraft(someone()), two);
    const first = await store.jobs.claim(job.id);
    const second = await store.jobs.claim(job.id);
    expect([first?.attempt, second?.attempt]).toEqual([1, 2]);
    await store.jobs.saveProgress(job.id, 1, { stage: 'denoise', done: 1, total: 2, fraction: 0.5 });
    expect((await store.jobs.find(job.id))?.progress).toBeNull();
    expect(await store.jobs.finish(job.id, 1, { state: 'done', clip, notes: [] })).toBeNull();
    expect((await store.jobs.finish(job.id, 2, { state: 'done', clip, notes: [] }))?.state).toBe('done');
    expect(await store.jobs.claim(job.id)).toBeNull();
    expect((await store.jobs.cancel(job.id))?.state).toBe('done');
  });

  it('flags a running job for its worker and takes a released one back in line', async () => {
    const { job } = await store.jobs.accept(sampleDraft(someone()), two);
    await store.jobs.claim(job.id);
    await store.jobs.release(job.id, 1);
    expect(await store.jobs.find(job.id)).toMatchObject({ state: 'waiting', attempt: 1 });
    await store.jobs.claim(job.id);
    expect(await store.jobs.isCancelRequested(job.id)).toBe(false);
    expect((await store.jobs.cancel(job.id))?.cancelRequested).toBe(true);
    expect(await store.jobs.isCancelRequested(job.id)).toBe(true);
  });

  it('takes nothing any more from a worker that gave the job back, and counts only what was not given back', async () => {
    const { job } = await store.jobs.accept(sampleDraft(someone()), two);
    for (let times = 1; times <= 3; times++) {
      expect(await store.jobs.claim(job.id)).toMatchObject({ attempt: times, tries: 1 });
      await store.jobs.release(job.id, times);
    }
    expect(await store.jobs.claim(job.id)).toMatchObject({ attempt: 4, tries: 1 });
    await store.jobs.saveProgress(job.id, 3, { stage: 'denoise', done: 1, total: 2, fraction: 0.5 });
    expect((await store.jobs.find(job.id))?.progress).toBeNull();
    for (const late of [1, 2, 3]) expect(await store.jobs.finish(job.id, late, { state: 'done', clip, notes: [] })).toBeNull();
    await store.jobs.release(job.id, 3);
    expect(await store.jobs.find(job.id)).toMatchObject({ state: 'running', attempt: 4 });
    // Its worker dies, and the next one gives it back: that was one try, and this is the second.
    expect(await store.jobs.claim(job.id)).toMatchObject({ attempt: 5, tries: 2 });
    await store.jobs.release(job.id, 5);
    expect(await store.jobs.claim(job.id)).toMatchObject({ attempt: 6, tries: 2 });
    expect((await store.jobs.finish(job.id, 6, { state: 'done', clip, notes: [] }))?.state).toBe('done');
  });

  it('says who is ahead and how long it takes', async () => {
    const ahead = await store.jobs.accept(sampleDraft(someone()), two);
    clock.advance(10);
    const behind = await store.jobs.accept(sampleDraft(someone()), two);
    const [a, b] = [await store.jobs.standing(ahead.job), await store.jobs.standing(behind.job)];
    expect(b.position).toBe(a.position + 1);
    expect(await store.jobs.undispatched(60_000)).toEqual(expect.arrayContaining([ahead.job.id, behind.job.id]));
  });

  it('reports every change to a follower, with a growing revision', async () => {
    const { cursor } = await store.jobs.changedSince(0);
    const { job } = await store.jobs.accept(sampleDraft(someone()), two);
    await store.jobs.claim(job.id);
    const { jobs } = await store.jobs.changedSince(cursor);
    const changed = jobs.find((one) => one.id === job.id);
    expect(changed?.state).toBe('running');
    expect(changed?.revision).toBeGreaterThan(job.revision);
  });
});

describe('deliveries', () => {
  it('hands an outcome to one taker, again after its lease, and never after it was delivered', async () => {
    const { job } = await store.jobs.accept(sampleDraft(someone()), two);
    await store.jobs.cancel(job.id);
    const mine = async (): Promise<boolean> => (await store.jobs.takeDeliveries(['web'], 1_000, 20)).some((one) => one.id === job.id);
    expect(await mine()).toBe(true);
    expect(await mine()).toBe(false);
    clock.advance(1_001);
    expect(await mine()).toBe(true);
    await store.jobs.saveDelivery(job.id, 'delivered', { receipt: 'message 1' });
    clock.advance(1_001);
    expect(await mine()).toBe(false);
    expect((await store.jobs.takeDeliveries(['discord'], 1_000, 20)).length).toBe(0);
  });

  it('leaves an outcome to the one that is still sending it', async () => {
    const { job } = await store.jobs.accept(sampleDraft(someone()), two);
    await store.jobs.cancel(job.id);
    const mine = async (): Promise<boolean> => (await store.jobs.takeDeliveries(['web'], 1_000, 20)).some((one) => one.id === job.id);
    expect(await mine()).toBe(true);
    clock.advance(900);
    await store.jobs.holdDelivery(job.id, 1_000);
    clock.advance(900);
    expect(await mine()).toBe(false);
    clock.advance(200);
    expect(await mine()).toBe(true);
    await store.jobs.saveDelivery(job.id, 'delivered', { receipt: 'message 2' });
    await store.jobs.holdDelivery(job.id, 1_000);
    clock.advance(2_000);
    expect(await mine()).toBe(false);
  });

  it('gives a clip back that never arrived, and not one that arrived and could not be brought once more', async () => {
    const finished = async (who: string): Promise<string> => {
      const { job } = await store.jobs.accept(sampleDraft(who), two);
      await store.jobs.claim(job.id);
      await store.jobs.finish(job.id, 1, { state: 'done', clip, notes: [] });
      return job.id;
    };
    const [unlucky, greedy] = [someone(), someone()];
    await store.jobs.saveDelivery(await finished(unlucky), 'lost', {});
    expect(await left(unlucky)).toBe(2);
    const id = await finished(greedy);
    await store.jobs.saveDelivery(id, 'delivered', { receipt: 'message 3' });
    await store.jobs.redeliver(id, {}, 1_000);
    await store.jobs.saveDelivery(id, 'lost', {});
    expect(await left(greedy)).toBe(1);
  });
});

describe('the inbox', () => {
  it('keeps an update with text that no database takes, and all the others of its batch', async () => {
    const forged = { text: 'waves \0 and half \ud83d a smile' };
    const updates = ['1', '2', '3'].map((key) => ({ key, payload: key === '2' ? forged : { text: 'waves 🌊' } }));
    expect(await store.inbox.putAll('telegram', updates, 0)).toEqual(new Set(['1', '2', '3']));
    clock.advance(1);
    const kept = await store.inbox.abandoned('telegram', 1_000);
    expect(kept.map(({ payload }) => (payload as { text: string }).text).sort()).toEqual(['waves  and half \ufffd a smile', 'waves 🌊', 'waves 🌊']);
  });
});

describe('places', () => {
  it('keeps settings per place and writes down who changed them', async () => {
    await store.places.changeSettings('discord:guild:9', (current) => ({ ...current, maxSeconds: 2 }), {
      actor: 'mod',
      action: 'settings-set',
      target: 'max_seconds',
      detail: '2',
    });
    expect((await store.places.settings('discord:guild:9')).maxSeconds).toBe(2);
    expect((await store.places.settings('discord:guild:8')).maxSeconds).toBeNull();
    expect(await store.places.audit('discord:guild:9', 5)).toMatchObject([{ actor: 'mod', target: 'max_seconds', detail: '2' }]);
    expect(await store.places.audit('discord:guild:8', 5)).toEqual([]);
  });

  it('bans for a time, in one place', async () => {
    const who = someone();
    await store.places.ban({ user: who, place: 'telegram:chat:1', reason: 'spam', untilMs: clock.nowMs() + 1_000, actor: 'mod' });
    expect((await store.places.activeBan('telegram:chat:1', who))?.reason).toBe('spam');
    expect(await store.places.activeBan('telegram:chat:2', who)).toBeNull();
    clock.advance(1_001);
    expect(await store.places.activeBan('telegram:chat:1', who)).toBeNull();
    expect(await store.places.unban('telegram:chat:1', who, 'mod')).toBe(true);
    expect(await store.places.unban('telegram:chat:1', who, 'mod')).toBe(false);
  });
});

describe('the folder', () => {
  it('belongs to one process', async () => {
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
  });
});
