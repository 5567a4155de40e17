/** A process that does everything, on a database that a worker with another engine shares: it offers both, and makes only what it can. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type FakeTelegram, startFakeTelegram } from '../support/fake-telegram.ts';
import { wordsManifest } from '../support/manifest.ts';
import { jpeg } from '../support/photos.ts';
import { createPostgres, type RealServer, removeFolder, serversMissing } from '../support/real-servers.ts';

describe.skipIf(serversMissing !== '')(`the role all${serversMissing === '' ? '' : ` (skipped: ${serversMissing})`}`, () => {
  let folder: string;
  let server: RealServer;
  let telegram: FakeTelegram;
  let app: TestApp;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stillmotion-roles-'));
    server = await createPostgres(folder);
    [telegram] = await Promise.all([startFakeTelegram(), server.start()]);
    app = await startTestApp({ DATABASE_URL: server.url, REDIS_URL: '', TELEGRAM_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot });
  }, 180_000);
  afterAll(async () => {
    await app?.close();
    await telegram?.close();
    await server?.kill();
    removeFolder(folder);
  });

  const engines = async (): Promise<readonly string[]> => {
    const { engines: shown } = (await (await fetch(`${app.url}/v1/engines`)).json()) as { readonly engines: readonly { readonly id: string }[] };
    return shown.map(({ id }) => id);
  };
  const menu = (): string => JSON.stringify(telegram.state.menus.get('{"type":"default"}'));
  const ask = async (fields: Readonly<Record<string, string | Blob>>): Promise<string> => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const response = await fetch(`${app.url}/v1/jobs`, { method: 'POST', body: form });
    expect(response.status, await response.clone().text()).toBe(202);
    return ((await response.json()) as { readonly id: string }).id;
  };

  it('offers what another worker announces, in the page’s list and in the menus, and leaves it to that worker', async () => {
    expect(await engines()).toEqual(['motion']);
    expect(menu()).not.toContain('"video"');
    await app.deps.store.workers.announce({ id: 'gpu', manifests: [wordsManifest], provider: 'cuda' });
    await expect.poll(engines, { timeout: 8_000 }).toEqual(['motion', wordsManifest.id]);
    await expect.poll(menu, { timeout: 12_000 }).toContain('"video"');
    const elsewhere = await ask({ prompt: 'waves', engine: wordsManifest.id });
    const here = await ask({ image: new Blob([await jpeg(64, 64)], { type: 'image/jpeg' }), prompt: 'waves', seconds: '1', engine: 'motion' });
    await expect.poll(async () => (await app.deps.store.jobs.find(here))?.attempt, { timeout: 30_000 }).toBe(1);
    await app.deps.store.jobs.cancel(here);
    expect(await app.deps.store.jobs.find(elsewhere)).toMatchObject({ state: 'waiting', attempt: 0 });
  }, 90_000);
});
