/** The REST API from the outside: every route, every answer held to the served OpenAPI document. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { jpeg } from '../support/photos.ts';
import { copyTemplate } from '../support/template.ts';
import { startTestWeb, type TestWeb } from '../support/web.ts';
import { createWebClient, photoForm, type WebClient } from '../support/web-client.ts';

let web: TestWeb;
let client: WebClient;
let photo: Buffer;

beforeAll(async () => {
  web = await startTestWeb(copyTemplate(inject('templateDirectory')), { quotaDaily: 100 });
  client = await createWebClient(web.url);
  photo = await jpeg(320, 200);
});
afterAll(() => web.close());

const ask = async (fields: Record<string, string> = {}): Promise<string> => {
  const { json } = await client.call('POST', '/v1/jobs', { body: photoForm(photo, { prompt: 'waves', ...fields }) });
  return json.id;
};
const left = async (): Promise<number> => (await client.call('GET', '/v1/quota')).json.left;

describe('asking for a clip', () => {
  it('accepts a form and says where to look', async () => {
    const { status, headers, json } = await client.call('POST', '/v1/jobs', {
      body: photoForm(photo, { prompt: 'waves', seconds: '2', loop: 'true', seed: '7', width: '160', format: 'gif' }),
      headers: { 'Accept-Language': 'de-AT, en;q=0.5' },
    });
    expect(status).toBe(202);
    expect(json).toMatchObject({ state: 'waiting' });
    expect(headers.get('location')).toBe(`/v1/jobs/${json.id}`);
    const { json: job } = await client.call('GET', `/v1/jobs/${json.id}`);
    expect(job).toMatchObject({ id: json.id, state: 'waiting', progress: null, clip: null, error: null, notes: [] });
    expect(job.recipe).toMatchObject({ prompt: 'waves', seconds: 2, loop: true, seed: 7, width: 160, height: 100, format: 'gif', engine: 'motion' });
    expect((await web.deps.store.jobs.find(json.id))?.origin).toEqual({
      channel: 'web',
      place: 'web:local',
      room: '',
      user: 'web:local',
      userName: 'you',
      locale: 'de-AT',
    });
  });

  it('makes one clip of a repeated request with the same Idempotency-Key', async () => {
    const before = await left();
    const body = (): RequestInit => ({ body: photoForm(photo, { prompt: 'once' }), headers: { 'Idempotency-Key': 'abc-1' } });
    const [first, second] = await Promise.all([client.call('POST', '/v1/jobs', body()), client.call('POST', '/v1/jobs', body())]);
    const third = await client.call('POST', '/v1/jobs', body());
    expect([second.json.id, third.json.id]).toEqual([first.json.id, first.json.id]);
    expect(await left()).toBe(before - 1);
  });

  it('makes two clips of two requests without one', async () => {
    expect(await ask()).not.toBe(await ask());
  });

  it('takes the photo of an earlier job', async () => {
    const earlier = await ask();
    const { json } = await client.call('POST', '/v1/jobs', { body: photoForm(null, { prompt: 'pan left', photo_of: earlier }) });
    const { json: job } = await client.call('GET', `/v1/jobs/${json.id}`);
    expect(job).toMatchObject({ parent_id: earlier, recipe: { prompt: 'pan left' } });
    expect((await web.deps.store.jobs.find(json.id))?.photo).toEqual((await web.deps.store.jobs.find(earlier))?.photo);
  });

  it('passes a link on to the downloader, which refuses foreign hosts', async () => {
    for (const name of ['image', 'image_url']) {
      const { status, json } = await client.call('POST', '/v1/jobs', {
        body: JSON.stringify({ [name]: 'http://169.254.169.254/latest', prompt: 'waves', seconds: 2 }),
        headers: { 'Content-Type': 'application/json' },
      });
      expect([status, json.error.code]).toEqual([422, 'DOWNLOAD_HOST']);
    }
  });

  it('makes a clip again with the same or a new seed', async () => {
    const id = await ask({ seed: '41', motion: '0.5' });
    const repeat = async (seed: string) => {
      const { json } = await client.call('POST', `/v1/jobs/${id}/again`, { body: JSON.stringify({ seed }), headers: { 'Content-Type': 'application/json' } });
      return (await client.call('GET', `/v1/jobs/${json.id}`)).json;
    };
    expect(await repeat('same')).toMatchObject({ parent_id: id, recipe: { seed: 41, motion: 0.5, prompt: 'waves' } });
    expect((await repeat('new')).recipe.seed).not.toBe(41);
  });
});

describe('a job under way', () => {
  it('shows progress, then the clip with its remarks', async () => {
    const id = await ask({ seconds: '1' });
    await web.begin(id);
    expect((await client.call('GET', `/v1/jobs/${id}`)).json).toMatchObject({
      state: 'running',
      position: 0,
      progress: { stage: 'denoise', done: 3, total: 12, fraction: 0.3 },
    });
    expect((await client.call('GET', `/v1/jobs/${id}/clip`)).json.error.code).toBe('CLIP_NOT_READY');
    await web.finish(id, Buffer.from('clip bytes'));
    const { json } = await client.call('GET', `/v1/jobs/${id}`);
    expect(json).toMatchObject({
      state: 'done',
      position: null,
      seconds_left: null,
      clip: { url: `/v1/jobs/${id}/clip`, format: 'mp4', bytes: 10, seconds: 1 },
    });
    expect(json.notes).toEqual([{ code: 'NOTE_CROPPED', message: 'This camera move starts on a slightly cropped photo.' }]);
  });

  it('is canceled while unfinished and removed when finished, and the quota comes back for the first', async () => {
    const before = await left();
    const waiting = await ask();
    expect((await client.call('DELETE', `/v1/jobs/${waiting}`)).json).toMatchObject({ state: 'canceled' });
    expect(await left()).toBe(before);
    expect((await client.call('DELETE', `/v1/jobs/${waiting}`)).status).toBe(204);

    const running = await ask();
    await web.begin(running);
    expect((await client.call('DELETE', `/v1/jobs/${running}`)).json).toMatchObject({ state: 'running', cancel_requested: true });

    const done = await ask();
    await web.begin(done);
    await web.finish(done, Buffer.from('clip'));
    expect((await client.call('DELETE', `/v1/jobs/${done}`)).status).toBe(204);
    for (const path of ['', '/clip', '/thumbnail', '/events']) expect((await client.call('GET', `/v1/jobs/${done}${path}`)).status).toBe(404);
    expect(await web.deps.files.get(`clips/${done}.mp4`)).toBeNull();
  });

  it('of a chat is not shown here, even to somebody who knows its id', async () => {
    const id = await ask();
    const job = await web.deps.store.jobs.find(id);
    if (!job) throw new Error('the job is gone');
    const origin = { ...job.origin, channel: 'discord', place: 'discord:guild:1', user: 'discord:user:2' } as const;
    const { job: theirs } = await web.deps.store.jobs.accept(
      { ...job, id: 'theirs0000000001', requestKey: 'discord:1', origin },
      { clips: 5, scope: 'personal' },
    );
    for (const path of ['', '/clip', '/events', '/thumbnail']) expect((await client.call('GET', `/v1/jobs/${theirs.id}${path}`)).status).toBe(404);
    expect((await client.call('DELETE', `/v1/jobs/${theirs.id}`)).status).toBe(404);
    const { json } = await client.call('POST', '/v1/jobs', { body: photoForm(null, { prompt: 'x', photo_of: theirs.id }) });
    expect(json.error.code).toBe('JOB_UNKNOWN');
  });
});

describe('what is around', () => {
  it('describes engines with their bounds', async () => {
    const { json } = await client.call('GET', '/v1/engines');
    const [engine] = web.deps.manifests;
    expect(json.engines[0]).toMatchObject({
      id: engine?.id,
      options: { seconds: engine?.options.seconds, width: engine?.options.sidePx, format: ['mp4', 'gif'] },
    });
    expect(json.photo.max_bytes).toBe(15 * 1024 * 1024);
  });

  it('tells health, readiness, chats and metrics', async () => {
    expect((await client.call('GET', '/healthz')).json).toEqual({ ok: true });
    expect((await client.call('GET', '/readyz')).json).toEqual({ ok: true });
    expect((await client.call('GET', '/v1/channels')).json.channels).toEqual([{ name: 'discord', state: 'off', detail: 'set DISCORD_TOKEN to switch it on' }]);
    await ask();
    expect((await client.call('GET', '/metrics')).bytes.toString()).toMatch(/^stillmotion_requests_total\{channel="web",outcome="accepted"\} \d+$/m);
  });

  it('refuses with 429 and the seconds until tomorrow when the allowance is used up', async () => {
    const poor = await startTestWeb(copyTemplate(inject('templateDirectory')), {
      quotaDaily: 0,
      ready: async () => Promise.reject(new Error('database gone')),
    });
    try {
      const other = await createWebClient(poor.url);
      const { status, headers, json } = await other.call('POST', '/v1/jobs', { body: photoForm(photo, { prompt: 'waves' }) });
      expect([status, json.error.code]).toEqual([429, 'QUOTA_EXCEEDED']);
      expect(headers.get('retry-after')).toBe(String(12 * 3600));
      const unready = await other.call('GET', '/readyz');
      expect([unready.status, unready.json]).toEqual([503, { ok: false }]);
    } finally {
      await poor.close();
    }
  });
});

describe('the OpenAPI document', () => {
  it('is a 3.1 document with the options’ bounds in it', () => {
    expect(client.document.openapi).toBe('3.1.0');
    expect(JSON.stringify(client.document.paths['/v1/jobs'])).toContain('"minimum":8,"maximum":30,"description":"Frames per second"');
  });

  it('bites: each broken answer is caught', async () => {
    const id = await ask();
    const good = await client.call('GET', `/v1/jobs/${id}`);
    const wrong = (change: object, status = 200, headers = good.headers) =>
      client.check('GET', `/v1/jobs/${id}`, { status, headers, json: { ...good.json, ...change } }).length;
    expect(wrong({})).toBe(0);
    expect(wrong({ state: 'finished' })).toBeGreaterThan(0);
    expect(wrong({ position: -1 })).toBeGreaterThan(0);
    expect(wrong({ surplus: 1 })).toBeGreaterThan(0);
    expect(wrong({ created_at: 'yesterday' })).toBeGreaterThan(0);
    expect(wrong({}, 418)).toBeGreaterThan(0);
    expect(wrong({}, 200, new Headers({ 'content-type': 'text/html' }))).toBeGreaterThan(0);
  });
});
