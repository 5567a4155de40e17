/** Who holds which engine: announcements, what a bot offers from them, and who is given which job. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Job } from '../../core/job.ts';
import type { Logger } from '../../core/logger.ts';
import { statusText } from '../../core/render.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { offerOf, startAnnouncing, startOffer } from '../../core/workers.ts';
import { fakeClock, sampleDraft } from '../support/jobs.ts';
import { sampleManifest } from '../support/manifest.ts';
import { copyTemplate } from '../support/template.ts';

const plenty: DailyLimit = { clips: 1000, scope: 'personal' };
const clock = fakeClock();
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const motion = { ...sampleManifest, id: 'motion', embedded: true };
const wan = { ...sampleManifest, id: 'wan', embedded: false };
let directory: string;
let database: Database;
let store: Store;

beforeAll(async () => {
  directory = copyTemplate(inject('templateDirectory'));
  database = await openPglite(directory);
  store = createStore(database, clock);
});
beforeEach(async () => {
  for (let job = await store.jobs.claimNext('tidy'); job; job = await store.jobs.claimNext('tidy')) {
    await store.jobs.finish(job.id, job.attempt, { state: 'failed', error: { code: 'INTERNAL', params: {} } });
  }
  await database.query('DELETE FROM stillmotion.worker');
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const ask = async (engine: string, user = 'web:ada'): Promise<Job> => {
  const draft = sampleDraft(user);
  return (await store.jobs.accept({ ...draft, request: { ...draft.request, engine } }, plenty)).job;
};
const announce = (id: string, ...manifests: (typeof motion)[]): Promise<void> => store.workers.announce({ id, manifests, provider: 'cpu' });
const told = async (job: Job): Promise<string> => statusText(job, await store.jobs.standing(job));

it('a worker is given the jobs of its engines only, and nobody behind them waits for the others', async () => {
  const first = await ask('wan');
  const second = await ask('motion');
  const third = await ask('motion', 'web:bob');
  expect((await store.jobs.claimNext('t1', ['motion']))?.id).toBe(second.id);
  expect((await store.jobs.claimNext('t2', ['motion']))?.id).toBe(third.id);
  expect(await store.jobs.claimNext('t3', ['motion'])).toBeNull();
  expect((await store.jobs.claimNext('t4', ['motion', 'wan']))?.id).toBe(first.id);
});

it('a job whose worker died goes back in line when its message comes to a worker without its engine', async () => {
  const job = await ask('wan');
  await store.jobs.claimNext('dead', ['wan']);
  const other = await ask('motion');
  expect((await store.jobs.claimNext('dead', ['motion']))?.id).toBe(other.id);
  expect((await store.jobs.find(job.id))?.state).toBe('waiting');
  expect(await store.jobs.claimNext('t2', ['wan'])).toMatchObject({ id: job.id, attempt: 2 });
});

it('a message that came to the wrong worker names the job to pass on, if somebody can make it', async () => {
  const job = await ask('wan');
  expect(await store.jobs.someoneElses(['motion'])).toBeNull();
  await announce('gpu', motion, wan);
  expect(await store.jobs.someoneElses(['motion'])).toBe(job.id);
  expect(await store.jobs.someoneElses(['motion', 'wan'])).toBeNull();
});

it('a waiter is told when no worker for the engine is up, and 30 s after its last sign of life', async () => {
  const job = await ask('wan');
  expect(await told(job)).not.toContain('no worker');
  await announce('cpu', motion);
  expect(await told(job)).toContain('no worker for this engine (wan) is up right now');
  await announce('gpu', motion, wan);
  expect(await told(job)).not.toContain('no worker');
  clock.advance(31_000);
  expect(await told(job)).toContain('no worker');
  await announce('gpu', motion, wan);
  await store.workers.leave('gpu');
  expect(await told(job)).toContain('no worker');
});

it('a bot offers what workers hold, the shipped engine first, and its waiters see when that changes', async () => {
  const offer = await startOffer({ store, log: silent }, [motion], 20);
  expect(offer.manifests).toEqual([motion]);
  const job = await ask('wan');
  const worker = await startAnnouncing({ store, log: silent }, { id: 'gpu', manifests: [wan, motion], provider: 'cuda' });
  await expect.poll(async () => (await store.jobs.find(job.id))?.revision).toBeGreaterThan(job.revision);
  expect(offer.manifests.map(({ id }) => id)).toEqual(['motion', 'wan']);
  const before = (await store.jobs.find(job.id))?.revision ?? 0;
  await worker.stop();
  await expect.poll(async () => (await store.jobs.find(job.id))?.revision).toBeGreaterThan(before);
  // a worker that is started again takes nothing from the menu meanwhile
  expect(offer.manifests.map(({ id }) => id)).toEqual(['motion', 'wan']);
  await offer.stop();
});

it('of two workers with different versions the one heard of last counts', () => {
  expect(offerOf([{ ...wan, version: '2' }, wan, motion]).map(({ id, version }) => `${id} ${version}`)).toEqual([`motion ${motion.version}`, 'wan 2']);
});
