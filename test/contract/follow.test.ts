/** Following jobs on a real database: whoever watches learns how it ended, also when the database stumbles in between. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import type { Deps } from '../../core/deps.ts';
import { startFollower } from '../../core/follow.ts';
import { openPglite } from '../../core/infra/database.ts';
import { createLogger } from '../../core/infra/pino-logger.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Store } from '../../core/store.ts';
import { fakeClock, sampleDraft } from '../support/jobs.ts';
import { copyTemplate } from '../support/template.ts';

let store: Store;
let directory: string;
beforeAll(async () => {
  directory = copyTemplate(inject('templateDirectory'));
  store = createStore(await openPglite(directory), fakeClock());
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

it('tells of a change again when it could not be told at first', async () => {
  const draft = sampleDraft();
  await store.jobs.accept(draft, { clips: 2, scope: 'personal' });
  let broken = 0;
  const standings: Store['jobs']['standings'] = (jobs) => (broken-- > 0 ? Promise.reject(new Error('the connection broke')) : store.jobs.standings(jobs));
  const deps = { store: { ...store, jobs: { ...store.jobs, standings } }, log: createLogger('silent') } as unknown as Deps;
  const follower = startFollower([], deps, 10);
  const seen: string[] = [];
  const unsubscribe = follower.subscribe(draft.id, ({ state }) => void seen.push(state));
  await vi.waitFor(() => expect(seen).toContain('waiting'), { timeout: 20_000 });

  broken = 2;
  await store.jobs.cancel(draft.id);
  await vi.waitFor(() => expect(seen.at(-1)).toBe('canceled'), { timeout: 20_000 });
  expect(broken).toBeLessThan(1);
  unsubscribe();
  await follower.stop();
});
