/** The health port of a worker over real HTTP: well or not, numbers for whoever may see them, and nothing else. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startHealth } from '../../bots/health.ts';
import { loadConfig } from '../../config/index.ts';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createMetrics } from '../../core/infra/metrics.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Store } from '../../core/store.ts';
import { fakeClock, sampleDraft } from '../support/jobs.ts';
import { copyTemplate } from '../support/template.ts';

const clock = fakeClock();
let directory: string;
let database: Database;
let store: Store;
let well = true;
let health: Awaited<ReturnType<typeof startHealth>>;
const TOKEN = 'sixteen-letters-or-more';

beforeAll(async () => {
  directory = copyTemplate(inject('templateDirectory'));
  database = await openPglite(directory);
  store = createStore(database, clock);
  const metrics = createMetrics(store.jobs, store.predictions, store.deliveries);
  metrics.edit('discord', 'shown');
  metrics.refund('NO_SPACE_LEFT');
  health = await startHealth({ host: '127.0.0.1', port: 0, token: TOKEN, metricsText: () => metrics.text(), ready: async () => well });
});
afterAll(async () => {
  await health.stop();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const numbers = async (): Promise<string> => (await fetch(`${health.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text();

it('is well while the work can be done', async () => {
  expect((await fetch(`${health.url}/healthz`)).status).toBe(200);
  well = false;
  expect((await fetch(`${health.url}/healthz`)).status).toBe(503);
  well = true;
  expect((await fetch(`${health.url}/v1/jobs`)).status).toBe(404);
});

it('shows its numbers to who has the token', async () => {
  expect((await fetch(`${health.url}/metrics`)).status).toBe(401);
  expect((await fetch(`${health.url}/metrics`, { headers: { authorization: 'Bearer sixteen-letters-or-less' } })).status).toBe(401);
  expect(await numbers()).toContain('stillmotion_edits_total{channel="discord",outcome="shown"} 1');
  expect(await numbers()).toContain('stillmotion_refunds_total{reason="NO_SPACE_LEFT"} 1');
});

it('tells how long the oldest job has been waiting, and how many places have a learnt limit', async () => {
  expect(await numbers()).toContain('stillmotion_queue_age_seconds 0');
  await store.jobs.accept(sampleDraft(), { clips: 10, scope: 'personal' });
  clock.advance(42_000);
  await store.deliveries.learnCeiling('discord:guild:1', 8_000_000);
  expect(await numbers()).toContain('stillmotion_queue_age_seconds 42');
  expect(await numbers()).toContain('stillmotion_learnt_ceilings 1');
});

it('says which variable to change when its port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  const start = startHealth({ host: '127.0.0.1', port, token: null, metricsText: async () => '', ready: async () => true });
  await expect(start).rejects.toMatchObject({ code: 'CONFIG_INVALID', params: { problems: expect.stringContaining('HEALTH_PORT') } });
  other.close();
});

it('is configured by HEALTH_PORT, shards by SHARDS', () => {
  expect(loadConfig({}).healthPort).toBeNull();
  expect(loadConfig({ HEALTH_PORT: '9090' }).healthPort).toBe(9090);
  expect(loadConfig({}).discord.shards).toBe('auto');
  expect(loadConfig({ SHARDS: '0,1/4' }).discord.shards).toEqual({ ids: [0, 1], total: 4 });
  for (const SHARDS of ['4/4', '0', '0,/2', 'all']) expect(() => loadConfig({ SHARDS })).toThrow('SHARDS');
});
