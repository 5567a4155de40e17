/** Jobs without a photo in the database and in the worker, and jobs from before there were words to avoid. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { toChild } from '../../worker/messages.ts';
import { fakeClock, sampleDraft } from '../support/jobs.ts';
import { copyTemplate } from '../support/template.ts';

const plenty: DailyLimit = { clips: 100, scope: 'personal' };
let directory: string;
let database: Database;
let store: Store;

beforeAll(async () => {
  directory = copyTemplate(inject('templateDirectory'));
  database = await openPglite(directory);
  store = createStore(database, fakeClock());
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a job without a photo', () => {
  it('comes out of the database as it went in', async () => {
    const { job } = await store.jobs.accept(sampleDraft('web:words', 'web:local', { photo: null }), plenty);
    expect((await store.jobs.find(job.id))?.photo).toBeNull();
    const [row] = await database.query<{ kind: string }>('SELECT jsonb_typeof(photo) AS kind FROM stillmotion.job WHERE id = $1', [job.id]);
    expect(row?.kind).toBe('null');
  });

  it('crosses to the inference process with no path to a photo', () => {
    const { request } = sampleDraft();
    const task = { jobId: 'a', request, photoPath: null, directory: '/tmp', maxBytes: 1 };
    expect(toChild.parse({ type: 'run', task })).toMatchObject({ task: { photoPath: null } });
    expect(toChild.safeParse({ type: 'run', task: { ...task, photoPath: undefined } }).success).toBe(false);
  });
});

it('a job from before there were words to avoid has none', async () => {
  const { job } = await store.jobs.accept(sampleDraft('web:old'), plenty);
  await database.query(`UPDATE stillmotion.job SET request = request - 'negativePrompt' WHERE id = $1`, [job.id]);
  expect((await store.jobs.find(job.id))?.request).toEqual(job.request);
});
