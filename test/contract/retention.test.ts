/** What is deleted when: photos, clips, offers and leftovers, in a folder and in a bucket, on a clock that the test moves. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { collect } from '../../core/collect.ts';
import type { Deps } from '../../core/deps.ts';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createFileStore } from '../../core/infra/file-store.ts';
import { openS3Store } from '../../core/infra/s3-store.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Job } from '../../core/job.ts';
import type { Logger } from '../../core/logger.ts';
import { PHOTO_PERIOD_MS, photoKey } from '../../core/photo-key.ts';
import type { PhotoRef } from '../../core/request.ts';
import { GRACE_MS, OFFER_LIVES_MS, startRetention, sweepFiles } from '../../core/retention.ts';
import type { DailyLimit, FileStore, Store } from '../../core/store.ts';
import { submit } from '../../core/submit.ts';
import { tidyScratch } from '../../worker/scratch.ts';
import { type FakeClock, fakeClock, sampleDraft } from '../support/jobs.ts';
import { sampleManifest } from '../support/manifest.ts';
import { copyTemplate } from '../support/template.ts';

const DAY_MS = 24 * 3_600_000;
const KEEP_MS = 30 * DAY_MS;
const plenty: DailyLimit = { clips: 1000, scope: 'personal' };
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const directory = mkdtempSync(join(tmpdir(), 'retention-test-'));
const server = new S3rver({ port: 0, silent: true, directory: join(directory, 's3'), configureBuckets: [{ name: 'clips', configs: [] }] });
let port = 0;
let data: string;
let database: Database;
let store: Store;
let clock: FakeClock;
let count = 0;

beforeAll(async () => {
  ({ port } = (await server.run()) as AddressInfo);
  data = copyTemplate(inject('templateDirectory'));
  // Files are dated by the machine; this clock runs ahead of it.
  clock = fakeClock(Date.now());
  database = await openPglite(data);
  store = createStore(database, { nowMs: () => clock.nowMs() });
});
afterAll(async () => {
  await store.close();
  await server.close();
  for (const one of [data, directory]) rmSync(one, { recursive: true, force: true });
});

const stores: readonly (readonly [string, () => Promise<FileStore>])[] = [
  ['in a folder', async () => createFileStore(join(directory, `files${++count}`))],
  [
    'in a bucket',
    () =>
      openS3Store({
        ...{ bucket: 'clips', endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' },
        ...{ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', cacheDirectory: join(directory, 'cache') },
      }),
  ],
];

describe.each(stores)('%s', (_where, open) => {
  let files: FileStore;
  const sweep = () => sweepFiles({ store, files, clock, log: silent }, KEEP_MS);
  const keys = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { key } of files.list()) found.push(key);
    return found.sort();
  };
  const photoOf = (job: Job): string => photoKey(job.photo as PhotoRef);

  const ask = async (photo = `photo ${++count}`): Promise<Job> => {
    const sha256 = createHash('sha256').update(photo).digest('hex');
    await files.put(`photos/${sha256}`, Buffer.from(photo));
    const draft = sampleDraft(`web:keeper${++count}`);
    return (await store.jobs.accept({ ...draft, photo: { sha256, type: 'image/png', bytes: 10, widthPx: 64, heightPx: 64 } }, plenty)).job;
  };
  const finish = async (job: Job, delivery: 'delivered' | 'lost' | 'pending' = 'delivered'): Promise<Job> => {
    const { attempt } = (await store.jobs.claim(job.id)) as Job;
    const [key, thumbnailKey] = [`clips/${job.id}.mp4`, `clips/${job.id}.jpg`];
    for (const one of [key, thumbnailKey, `clips/${job.id}.converted.gif`]) await files.put(one, Buffer.from(job.id));
    const facts = { widthPx: 64, heightPx: 64, seconds: 1, fps: 12, frameCount: 12 };
    const done = await store.jobs.finish(job.id, attempt, { state: 'done', clip: { key, thumbnailKey, format: 'mp4', bytes: 10, ...facts }, notes: [] });
    if (delivery !== 'pending') await store.jobs.saveDelivery(job.id, delivery, {});
    return done as Job;
  };

  beforeEach(async () => {
    files = await open();
    clock.advance(Date.now() - clock.nowMs());
    await database.query(`UPDATE stillmotion.job SET deleted = true, delivery = 'delivered', state = 'failed', touched_at_ms = 0`);
    for (const key of await keys()) await files.remove(key);
  });

  it('a clip goes with its preview, its other format and its photo when its time is over, and not before', async () => {
    const job = await finish(await ask());
    const all = [`clips/${job.id}.converted.gif`, `clips/${job.id}.jpg`, `clips/${job.id}.mp4`, photoOf(job)];
    clock.advance(KEEP_MS - 60_000);
    expect(await sweep()).toEqual({ retired: 0, removed: 0 });
    expect(await keys()).toEqual(all);
    clock.advance(120_000);
    // Out of sight first; what somebody may be about to use goes an hour later.
    expect(await sweep()).toEqual({ retired: 1, removed: 0 });
    expect(await store.jobs.uncollected(job.origin.user)).toBeNull();
    clock.advance(GRACE_MS + 1_000);
    expect(await sweep()).toEqual({ retired: 0, removed: 4 });
    expect(await keys()).toEqual([]);
  });

  it('nothing goes that a job still needs: one that waits, one that runs, one whose clip is on its way', async () => {
    const [waiting, running, pending, again] = [await ask('the same'), await ask(), await ask(), await ask('the same')];
    await store.jobs.claim(running.id);
    await files.put(`checkpoints/${running.id}`, Buffer.from('latents'));
    await files.put(`clips/${running.id}.jpg`, Buffer.from('made a moment before it died'));
    await finish(pending, 'pending');
    await finish(again);
    clock.advance(3 * KEEP_MS);
    expect((await sweep()).retired).toBe(1);
    clock.advance(GRACE_MS + 1_000);
    await sweep();
    // The photo of a clip whose time is over stays, because another job waits for it.
    const left = [photoOf(waiting), photoOf(running), photoOf(pending), `checkpoints/${running.id}`, `clips/${running.id}.jpg`];
    expect(await keys()).toEqual([...left, ...['converted.gif', 'jpg', 'mp4'].map((end) => `clips/${pending.id}.${end}`)].sort());
  });

  it('a clip that never arrived can be fetched until its time is over, and fetching keeps it until it is home', async () => {
    const job = await finish(await ask(), 'lost');
    clock.advance(KEEP_MS - 60_000);
    await collect({ user: job.origin.user, code: null, address: {}, maxClipBytes: 1_000 }, { store, files } as unknown as Deps);
    clock.advance(DAY_MS);
    await sweep();
    expect(await keys()).toContain(`clips/${job.id}.mp4`);
    await store.jobs.saveDelivery(job.id, 'delivered', {});
    expect((await sweep()).retired).toBe(1);
    await expect(collect({ user: job.origin.user, code: job.id, address: {}, maxClipBytes: 1_000 }, { store, files } as unknown as Deps)).rejects.toMatchObject(
      {
        code: 'JOB_UNKNOWN',
      },
    );
    await expect(store.jobs.redeliver(job.id, {}, 1_000)).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  });

  it('what its owner deleted goes after an hour, and what belongs to no job at all', async () => {
    const job = await finish(await ask());
    await store.jobs.markDeleted(job.id);
    await files.put('photos/nobody', Buffer.from('refused after it was kept'));
    await files.put('clips/job9999999999999.mp4', Buffer.from('of a job that is not there'));
    await files.put('checkpoints/job9999999999999', Buffer.from('latents'));
    await files.put('offers/1.json', Buffer.from('[]'));
    await files.put('other/thing', Buffer.from('none of ours'));
    const before = (await keys()).length;
    expect((await sweep()).removed).toBe(0);
    expect(await keys()).toHaveLength(before);
    clock.advance(GRACE_MS + 2_000);
    await sweep();
    // A photo's key may still be put to.
    expect(await keys()).toEqual(['offers/1.json', 'other/thing', photoOf(job), 'photos/nobody']);
    clock.advance(PHOTO_PERIOD_MS);
    await sweep();
    expect(await keys()).toEqual(['offers/1.json', 'other/thing']);
    clock.advance(OFFER_LIVES_MS);
    await sweep();
    expect(await keys()).toEqual(['other/thing']);
  });

  it.each([
    ['before anything else', 'clipsNeeded', 0],
    ['before the first file', 'removeUnchanged', 0],
    ['between two files', 'removeUnchanged', 1],
    ['before the last file', 'removeUnchanged', 3],
  ])('a sweep whose process dies %s of what it retired leaves no clip in view that is gone, and nothing behind', async (_when, method, times) => {
    const [over, kept] = [await finish(await ask()), await finish(await ask())];
    const left = (await keys()).filter((key) => key.includes(kept.id) || key === photoOf(kept));
    await database.query('UPDATE stillmotion.job SET finished_at_ms = finished_at_ms + $2 WHERE id = $1', [kept.id, KEEP_MS]);
    const inView = async (job: Job): Promise<boolean> => (await store.jobs.uncollected(job.origin.user)) !== null;
    let calls = 0;
    const dies = <T extends (...given: never[]) => unknown>(work: T): T =>
      ((...given) => {
        if (calls++ >= times) throw new Error('killed');
        return work(...given);
      }) as T;
    const dying = () =>
      sweepFiles(
        {
          clock,
          log: silent,
          store: method === 'clipsNeeded' ? { ...store, retention: { ...store.retention, clipsNeeded: dies(store.retention.clipsNeeded) } } : store,
          files: method === 'removeUnchanged' ? { ...files, removeUnchanged: dies(files.removeUnchanged) } : files,
        },
        KEEP_MS,
      );
    clock.advance(KEEP_MS + 60_000);
    // The first round takes it out of view, a later one takes the files; each may be the one that dies, and is done again by nobody.
    await dying().catch(() => undefined);
    expect(await inView(over)).toBe(false);
    for (const key of await keys()) expect(key.includes(over.id) || key === photoOf(over) || left.includes(key)).toBe(true);
    clock.advance(GRACE_MS + 1_000);
    await expect(dying()).rejects.toThrow('killed');
    expect(await inView(kept)).toBe(true);
    expect(await keys()).toEqual(expect.arrayContaining(left));
    expect((await sweep()).retired).toBe(0);
    expect(await keys()).toEqual(left);
    expect(await inView(kept)).toBe(true);
  });

  it('a file that was put again since it was listed stays', async () => {
    await files.put('photos/again', Buffer.from('one'));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const listed = [];
    for await (const file of files.list()) listed.push(file);
    const [file] = listed;
    if (!file) throw new Error('nothing was listed');
    await files.put('photos/again', Buffer.from('two'));
    expect(await files.removeUnchanged({ ...file, modifiedAtMs: file.modifiedAtMs - 5_000 })).toBe(false);
    expect(String(await files.get('photos/again'))).toBe('two');
  });
});

describe('a bucket in which something is put while something is deleted', () => {
  let between: (path: string) => Promise<void> = async () => undefined;
  let wire: Server;
  beforeAll(async () => {
    // Everything goes through to the bucket; what is to be deleted waits for what the test does meanwhile.
    wire = createServer(async (incoming, answer) => {
      const { headers, method = '', url = '' } = incoming;
      if (method === 'DELETE') await between(url);
      const onward = request({ port, host: '127.0.0.1', method, path: url, headers }, (reply) => {
        answer.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.pipe(answer);
      });
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    wire.closeAllConnections();
    wire.close();
  });

  it('a photo that is sent again in the moment in which its old copy goes is there for its clip', async () => {
    const files = await openS3Store({
      ...{ bucket: 'clips', endpoint: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`, region: 'us-east-1' },
      ...{ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', cacheDirectory: join(directory, 'wire-cache') },
    });
    clock.advance(Date.now() - clock.nowMs());
    const bytes = Buffer.from(`holiday ${++count}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const deps = {
      ...{ store, files, clock, log: silent, manifests: [sampleManifest], quotaDaily: 1_000, quotaPlaceMax: 1_000 },
      ...{ metrics: { request: () => undefined }, queue: { add: async () => undefined }, newSeed: () => 7 },
      newJobId: () => `job${String(++count).padStart(13, 'r')}`,
      inspector: { inspect: async () => ({ sha256, type: 'image/png', bytes: bytes.length, widthPx: 64, heightPx: 64 }) },
    } as unknown as Deps;
    const send = async (): Promise<Job> => {
      const who = { channel: 'web', place: 'web:local', room: '', user: 'web:racer', userName: 'Ada', locale: 'en' } as const;
      const photo = { kind: 'bytes', bytes } as const;
      return (await submit({ origin: who, address: {}, requestKey: `race:${++count}`, photo, prompt: 'waves', options: {}, maxClipBytes: 1_000 }, deps)).job;
    };
    const first = await send();
    await store.jobs.cancel(first.id);
    await store.jobs.markDeleted(first.id);
    clock.advance(3 * GRACE_MS);
    let again: Job | null = null;
    between = async (path) => {
      if (path.includes(sha256)) again ??= await send();
    };
    await sweepFiles({ store, files, clock, log: silent }, KEEP_MS);
    const { photo } = again as unknown as Job;
    expect(String(await files.get(photoKey(photo as PhotoRef)))).toBe(String(bytes));
    expect(await files.get(photoKey(first.photo as PhotoRef))).toBeNull();
  });
});

it('what a process left half written in the folder is cleared away, not what is being written', async () => {
  const root = join(directory, 'half');
  const files = createFileStore(root);
  await files.put('clips/a.mp4', Buffer.from('whole'));
  const [old, fresh] = [`.${'a'.repeat(16)}.part`, `.${'b'.repeat(16)}.part`];
  for (const name of [old, fresh]) writeFileSync(join(root, 'clips', name), 'half');
  utimesSync(join(root, 'clips', old), new Date(Date.now() - DAY_MS), new Date(Date.now() - DAY_MS));
  await sweepFiles({ store, files, clock: { nowMs: Date.now }, log: silent }, KEEP_MS);
  expect(readdirSync(join(root, 'clips')).sort()).toEqual([fresh, 'a.mp4']);
});

it('of two processes one sweeps, and a sweep that fails is tried again', async () => {
  let [tries, sweeps] = [0, 0];
  const retention = {
    ...store.retention,
    async retire() {
      if (++tries === 1) throw new Error('away for a moment');
      sweeps++;
      return 0;
    },
  };
  await database.query('DELETE FROM stillmotion.chore');
  const files = createFileStore(join(directory, 'two'));
  const deps = { store: { chores: store.chores, retention }, files, clock, log: silent };
  const loops = [startRetention(deps, KEEP_MS, 40), startRetention(deps, KEEP_MS, 40)];
  await expect.poll(() => tries).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  // The world's clock stands still, so that the chore is not due again.
  expect({ tries, sweeps }).toEqual({ tries: 1, sweeps: 0 });
  clock.advance(41);
  await expect.poll(() => sweeps).toBe(1);
  for (const loop of loops) await loop.stop();
});

it('scratch folders of clips go two days after the last write to them, and nothing else', async () => {
  const root = join(directory, 'tmp');
  const long = new Date(Date.now() - 3 * DAY_MS);
  const make = (name: string, at = long, fileAt = at): void => {
    mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, name, 'clip.mp4'), 'x');
    utimesSync(join(root, name, 'clip.mp4'), fileAt, fileAt);
    utimesSync(join(root, name), at, at);
  };
  make('stillmotion-aB3xYz');
  make('stillmotion-convert-aB3xYz');
  make('stillmotion-fresh1', new Date());
  make('stillmotion-writes', long, new Date());
  make('stillmotion-something-else');
  make('other-aB3xYz');
  expect(await tidyScratch(Date.now(), root)).toBe(2);
  expect(readdirSync(root).sort()).toEqual(['other-aB3xYz', 'stillmotion-fresh1', 'stillmotion-something-else', 'stillmotion-writes']);
});
