/** The use cases over a real database: submit, again, cancel, remove, and what moderators do. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type AdminCommand, admin } from '../../core/admin.ts';
import { cancel, cancelNewest, removeClip } from '../../core/cancel.ts';
import type { Deps } from '../../core/deps.ts';
import { openPglite } from '../../core/infra/database.ts';
import { createFileStore } from '../../core/infra/file-store.ts';
import { createMetrics } from '../../core/infra/metrics.ts';
import { createLogger } from '../../core/infra/pino-logger.ts';
import { createStore } from '../../core/infra/store.ts';
import { photoKey } from '../../core/photo-key.ts';
import { quota, quotaText } from '../../core/quota.ts';
import type { PhotoRef } from '../../core/request.ts';
import { again, type SubmitCall, submit } from '../../core/submit.ts';
import { fakeClock } from '../support/jobs.ts';
import { sampleManifest } from '../support/manifest.ts';
import { copyTemplate } from '../support/template.ts';

let deps: Deps;
let directory: string;
const queued: string[] = [];
let ids = 0;

beforeAll(async () => {
  directory = copyTemplate(inject('templateDirectory'));
  const clock = fakeClock();
  const store = createStore(await openPglite(directory), clock);
  deps = {
    store,
    clock,
    files: createFileStore(join(directory, 'files')),
    log: createLogger('fatal'),
    metrics: createMetrics(store.jobs),
    manifests: [sampleManifest],
    quotaDaily: 3,
    quotaPlaceMax: 20,
    newJobId: () => `job${String(++ids).padStart(13, '0')}`,
    newSeed: () => 99,
    queue: {
      add: async (id) => void queued.push(id),
      remove: async () => undefined,
      consume: () => ({ close: async () => undefined }),
      close: async () => undefined,
    },
    inspector: {
      inspect: async (bytes) => ({
        sha256: createHash('sha256').update(bytes).digest('hex'),
        type: 'image/png',
        bytes: bytes.length,
        widthPx: 640,
        heightPx: 480,
      }),
    },
    downloader: { download: vi.fn(async () => Buffer.from('downloaded')) },
  };
});
afterAll(async () => {
  await deps.store.close();
  rmSync(directory, { recursive: true, force: true });
});

let calls = 0;
const call = (user: string, change: Partial<SubmitCall> = {}, place = 'discord:guild:1'): SubmitCall => ({
  origin: { channel: 'discord', place, room: '7', user, userName: 'Ada', locale: 'en' },
  address: { channelId: '7' },
  requestKey: `discord:interaction:${++calls}`,
  photo: { kind: 'bytes', bytes: Buffer.from('photo') },
  prompt: 'waves',
  options: {},
  maxClipBytes: 10_000_000,
  ...change,
});

describe('submit', () => {
  it('keeps the photo, the job and its place in line', async () => {
    const { job, standing, created } = await submit(call('a'), deps);
    expect(created).toBe(true);
    expect(standing.position).toBeGreaterThan(0);
    expect(queued).toContain(job.id);
    expect(String(await deps.files.get(photoKey(job.photo as PhotoRef)))).toBe('photo');
    expect(job.request).toMatchObject({ seed: 99, widthPx: 640, heightPx: 480 });
  });
  it('answers a repeated request with the same job and one debit', async () => {
    const same = call('b');
    const results = await Promise.all([submit(same, deps), submit(same, deps), submit(same, deps)]);
    expect(new Set(results.map(({ job }) => job.id)).size).toBe(1);
    expect((await quota('b', 'discord:guild:1', deps)).left).toBe(2);
  });
  it('accepts the job even when the queue is away', async () => {
    const away: Deps = { ...deps, queue: { ...deps.queue, add: async () => Promise.reject(new Error('no queue')) } };
    const { job } = await submit(call('c'), away);
    expect(await deps.store.jobs.undispatched(0)).toContain(job.id);
  });
  it('answers while the queue still thinks', async () => {
    const slow: Deps = { ...deps, queue: { ...deps.queue, add: () => new Promise(() => undefined) } };
    const { job } = await submit(call('c2'), slow);
    expect(await deps.store.jobs.undispatched(0)).toContain(job.id);
  });
  it('refuses bad words and options before it downloads anything, and charges nothing', async () => {
    const url = { kind: 'url', url: 'https://cdn.discordapp.com/x.png' } as const;
    await expect(submit(call('d', { photo: url, prompt: 'x'.repeat(400) }), deps)).rejects.toMatchObject({ code: 'PROMPT_TOO_LONG' });
    await expect(submit(call('d', { photo: url, options: { seconds: 80 } }), deps)).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' });
    expect(deps.downloader.download).not.toHaveBeenCalled();
    await submit(call('d', { photo: url }), deps);
    expect(deps.downloader.download).toHaveBeenCalledOnce();
    expect((await quota('d', 'discord:guild:1', deps)).left).toBe(2);
  });
  it('says when the allowance resets', async () => {
    for (let i = 0; i < 3; i++) await submit(call('e'), deps);
    await expect(submit(call('e'), deps)).rejects.toThrow('You have used all 3 credits for today. Your allowance resets in 12 h 0 min (2026-11-22 00:00 UTC).');
  });
});

describe('again, cancel and remove', () => {
  it('makes the same recipe again, or another seed, from the kept photo', async () => {
    const { job } = await submit(call('f', { options: { seed: 5, format: 'gif', loop: true } }), deps);
    const { origin, address, maxClipBytes } = call('f');
    const base = { origin, address, maxClipBytes, jobId: job.id };
    const same = await again({ ...base, requestKey: 'press:1', seed: 'same' }, deps);
    const other = await again({ ...base, requestKey: 'press:2', seed: 'new' }, deps);
    expect(same.job.request).toEqual(job.request);
    expect(other.job.request).toEqual({ ...job.request, seed: 99 });
    expect(same.job.parentId).toBe(job.id);
    await expect(again({ ...base, jobId: 'nothing', requestKey: 'press:3', seed: 'same' }, deps)).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  });
  it('lets the owner cancel, once, and nobody else', async () => {
    const { job } = await submit(call('g'), deps);
    await expect(cancel(job.id, 'mallory', deps)).rejects.toMatchObject({ code: 'NOT_YOURS' });
    expect((await cancel(job.id, 'g', deps)).state).toBe('canceled');
    await expect(cancel(job.id, 'g', deps)).rejects.toMatchObject({ code: 'JOB_FINISHED' });
    expect((await quota('g', 'discord:guild:1', deps)).left).toBe(3);
    await expect(cancelNewest('g', 'discord:guild:1', deps)).rejects.toMatchObject({ code: 'NOTHING_TO_CANCEL' });
    const { job: next } = await submit(call('g'), deps);
    expect((await cancelNewest('g', 'discord:guild:1', deps)).id).toBe(next.id);
  });
  it('removes a finished clip with its files, for its owner or a moderator', async () => {
    const { job } = await submit(call('h'), deps);
    const key = `clips/${job.id}.mp4`;
    await deps.files.put(key, Buffer.from('clip'));
    const clip = { key, thumbnailKey: `clips/${job.id}.jpg`, format: 'mp4' as const, bytes: 4, widthPx: 2, heightPx: 2, seconds: 1, fps: 12, frameCount: 12 };
    await deps.store.jobs.claim(job.id);
    await deps.store.jobs.finish(job.id, 1, { state: 'done', clip, notes: [] });
    await expect(removeClip(job.id, 'mallory', deps)).rejects.toMatchObject({ code: 'NOT_YOURS' });
    await removeClip(job.id, 'mod', deps, true);
    expect(await deps.files.get(key)).toBeNull();
    await expect(removeClip(job.id, 'h', deps)).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  });
});

describe('moderators', () => {
  const run = (command: AdminCommand, place = 'discord:guild:20', moderator = true) =>
    admin({ place, actor: 'mod', command, isModerator: async () => moderator, right: 'Manage Server' }, deps);
  const ada = { user: 'ada', name: 'Ada' };
  it('asks for the right on every call', async () => {
    await expect(run({ kind: 'settings-show' }, 'discord:guild:20', false)).rejects.toMatchObject({ code: 'NOT_A_MODERATOR' });
  });
  it('changes settings that the next request obeys, in that place only', async () => {
    await run({ kind: 'settings-set', setting: 'max_seconds', value: '2' });
    await expect(submit(call('i', { options: { seconds: 3 } }, 'discord:guild:20'), deps)).rejects.toMatchObject({ code: 'CLIP_TOO_LONG' });
    expect((await submit(call('i', {}, 'discord:guild:20'), deps)).job.request.seconds).toBe(2);
    expect((await submit(call('i', { options: { seconds: 3 } }, 'discord:guild:21'), deps)).job.request.seconds).toBe(3);
    expect(await run({ kind: 'settings-show' })).toContain('max_seconds: 2 s');
    await run({ kind: 'settings-set', setting: 'enabled', value: 'off' });
    await expect(submit(call('i', {}, 'discord:guild:20'), deps)).rejects.toMatchObject({ code: 'PLACE_OFF' });
    await run({ kind: 'settings-set', setting: 'enabled', value: 'on' });
    await run({ kind: 'settings-set', setting: 'channels', value: '<#8>' });
    await expect(submit(call('i', {}, 'discord:guild:20'), deps)).rejects.toMatchObject({ code: 'PLACE_NOT_ALLOWED' });
  });
  it('grants, resets and shows quotas', async () => {
    expect(await run({ kind: 'quota-grant', target: ada, clips: 5, reason: 'contest' }, 'discord:guild:22')).toContain(
      'Granted 5 credits. Ada: 8 of 8 credits left today',
    );
    await submit(call('ada', {}, 'discord:guild:22'), deps);
    expect(await run({ kind: 'quota-reset', target: ada }, 'discord:guild:22')).toContain('8 of 8');
    expect(await run({ kind: 'quota-show', target: ada }, 'discord:guild:23')).toContain('3 of 3');
    for (const clips of [0, 1.5, 21])
      await expect(run({ kind: 'quota-grant', target: ada, clips, reason: '' })).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' });
    await expect(run({ kind: 'settings-set', setting: 'daily_quota', value: '21' })).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' });
  });
  it('sets what roles, a common pool and a time zone are worth, within the operator’s bound', async () => {
    const place = 'discord:guild:30';
    await run({ kind: 'settings-set', setting: 'roles', value: '<@&5>=2' }, place);
    await run({ kind: 'settings-set', setting: 'timezone', value: 'Asia/Kathmandu' }, place);
    await run({ kind: 'settings-set', setting: 'daily_pool', value: '4' }, place);
    await expect(run({ kind: 'settings-set', setting: 'daily_pool', value: '21' }, place)).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' });
    expect(await quota('kim', place, deps, ['5'])).toMatchObject({ limit: 6, pool: 4, left: 10, zone: 'Asia/Kathmandu' });
    expect((await quota('kim', place, deps)).limit).toBe(3);
    expect(await run({ kind: 'quota-show', target: { ...ada, roles: ['5'] } }, place)).toContain(
      '10 of 10 credits left today, of them 4 shared with everybody here',
    );
    expect(await run({ kind: 'quota-show', target: ada }, place)).toContain('(2026-11-22 00:00 Asia/Kathmandu)');
    const { origin } = call('kim', {}, place);
    for (let i = 0; i < 6; i++) await submit(call('kim', { origin: { ...origin, roles: ['5'] } }, place), deps);
    expect(await quota('kim', place, deps, ['5'])).toMatchObject({ used: 6, pool: 4, left: 4 });
  });
  it('shows why somebody has what they have, and only what happened in that place', async () => {
    const { job } = await submit(call('lea', {}, 'discord:guild:31'), deps);
    await submit(call('lea', {}, 'discord:guild:32'), deps);
    await cancel(job.id, 'lea', deps);
    const lines = (text: string): string[] => text.split('\n').slice(1);
    const mine = lines(await quotaText('lea', 'discord:guild:31', deps, { why: true }));
    expect(mine).toHaveLength(3);
    expect(mine[0]).toMatch(/^2026-11-21 12:00 UTC {2}\+1 credit {2}given back, canceled$/);
    const lea = { user: 'lea', name: 'Lea' };
    expect(lines(await run({ kind: 'quota-show', target: lea, why: true }, 'discord:guild:31'))).toHaveLength(2);
  });
  it('bounds how many clips may wait', async () => {
    const place = 'discord:guild:33';
    await run({ kind: 'settings-set', setting: 'max_waiting', value: '1' }, place);
    await submit(call('max', {}, place), deps);
    await expect(submit(call('max', {}, place), deps)).rejects.toThrow('You have 1 clips waiting; up to 1 may wait.');
    const operator: Deps = { ...deps, waitingCaps: { perPerson: 50, perPlace: 1 } };
    await expect(submit(call('nia', {}, place), operator)).rejects.toMatchObject({ code: 'QUEUE_FULL_PLACE' });
  });
  it('bans and unbans with a reason and for a time', async () => {
    await run({ kind: 'ban', target: ada, duration: '2h', reason: 'spam' }, 'discord:guild:24');
    await expect(submit(call('ada', {}, 'discord:guild:24'), deps)).rejects.toThrow('You cannot use Stillmotion here until 2026-11-21 14:00 UTC. Reason: spam');
    await submit(call('ada', {}, 'discord:guild:25'), deps);
    await run({ kind: 'unban', target: ada }, 'discord:guild:24');
    await submit(call('ada', {}, 'discord:guild:24'), deps);
    const trail = await run({ kind: 'audit' }, 'discord:guild:24');
    expect(trail.split('\n')).toHaveLength(2);
    expect(trail).toContain('mod unban ada');
  });
});
