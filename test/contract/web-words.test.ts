/** Clips from words alone over REST: without a photo as a form and as JSON, what engines say of themselves, and what is refused. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eitherManifest, sampleManifest, wordlessManifest, wordsManifest } from '../support/manifest.ts';
import { jpeg } from '../support/photos.ts';
import { copyTemplate } from '../support/template.ts';
import { startTestWeb, type TestWeb } from '../support/web.ts';
import { createWebClient, photoForm, type WebClient } from '../support/web-client.ts';

let web: TestWeb;
let client: WebClient;

beforeAll(async () => {
  const manifests = [sampleManifest, eitherManifest, wordlessManifest, wordsManifest];
  web = await startTestWeb(copyTemplate(inject('templateDirectory')), { quotaDaily: 100, manifests });
  client = await createWebClient(web.url);
});
afterAll(() => web.close());

const postJson = (body: object) => client.call('POST', '/v1/jobs', { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
const job = async (id: string) => (await client.call('GET', `/v1/jobs/${id}`)).json;

describe('a clip from words alone', () => {
  it('is asked for with a form or with JSON, made, and made again', async () => {
    const form = await client.call('POST', '/v1/jobs', { body: photoForm(null, { prompt: 'a red boat', engine: 'ltx', frames: '49', negative: 'blurry' }) });
    expect(form.status).toBe(202);
    expect(await job(form.json.id)).toMatchObject({
      has_photo: false,
      recipe: { engine: 'ltx', prompt: 'a red boat', negative: 'blurry', frames: 49, seconds: 2.04, width: 704, height: 480 },
    });
    const { id } = (await postJson({ prompt: 'a red boat', seed: 7 })).json;
    expect(await job(id)).toMatchObject({ has_photo: false, recipe: { engine: 'modelscope' } });
    await web.begin(id);
    await web.finish(id, Buffer.from('the clip'));
    expect(String((await client.call('GET', `/v1/jobs/${id}/clip`)).bytes)).toBe('the clip');
    const { json } = await client.call('POST', `/v1/jobs/${id}/again`, { body: '{"seed":"same"}', headers: { 'Content-Type': 'application/json' } });
    expect(await job(json.id)).toMatchObject({ has_photo: false, parent_id: id, recipe: { seed: 7, engine: 'modelscope', frames: 97 } });
  });

  it.each<[string, object, string, number]>([
    ['an engine that needs a photo', { prompt: 'a boat', engine: 'svd' }, 'PHOTO_MISSING', 400],
    ['no words', { engine: 'ltx' }, 'PROMPT_MISSING', 422],
    ['frames off the grid', { prompt: 'a boat', engine: 'ltx', frames: 50 }, 'FRAMES_IMPOSSIBLE', 422],
    ['a size off the grid', { prompt: 'a boat', engine: 'ltx', width: 500, height: 300 }, 'SIZE_IMPOSSIBLE', 422],
  ])('is refused for %s', async (_what, body, code, status) => expect(await postJson(body)).toMatchObject({ status, json: { error: { code } } }));

  it('has no photo that another could be made from', async () => {
    const { id } = (await postJson({ prompt: 'a boat' })).json;
    expect((await postJson({ prompt: 'waves', photo_of: id })).json.error.code).toBe('PHOTO_MISSING');
  });
});

it('a photo for an engine that takes none is refused, and nothing of it is kept', async () => {
  const { status, json } = await client.call('POST', '/v1/jobs', { body: photoForm(await jpeg(), { prompt: 'a boat', engine: 'modelscope' }) });
  expect(status).toBe(422);
  expect(json.error).toMatchObject({ code: 'PHOTO_UNWANTED', params: { instead: 'Motion (motion) or LTX Video (ltx) or SVD (svd)' } });
});

it('engines say what they take and which frames they make', async () => {
  const { engines } = (await client.call('GET', '/v1/engines')).json;
  expect(engines.map((engine: Record<string, unknown>) => [engine.id, engine.photo, engine.prompt, engine.negative])).toEqual([
    ['motion', 'required', 'optional', false],
    ['ltx', 'optional', 'required', true],
    ['svd', 'required', 'none', false],
    ['modelscope', 'none', 'required', true],
  ]);
  expect(engines[0].options.frames).toBeNull();
  expect(engines[1].options.frames).toEqual({ min: 9, max: 257, step: 8, default: 97 });
});
