/** What people and programs send that is no request for a clip: each gets its status and a sentence, nothing is charged, nothing crashes. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import * as photos from '../support/photos.ts';
import { copyTemplate } from '../support/template.ts';
import { startTestWeb, type TestWeb } from '../support/web.ts';
import { type Answer, createWebClient, photoForm, type WebClient } from '../support/web-client.ts';

let web: TestWeb;
let client: WebClient;
let photo: Buffer;

beforeAll(async () => {
  web = await startTestWeb(copyTemplate(inject('templateDirectory')));
  client = await createWebClient(web.url);
  photo = await photos.jpeg(64, 64);
});
afterAll(() => web.close());
afterEach(async () => {
  expect((await client.call('GET', '/v1/quota')).json).toMatchObject({ used: 0, left: 10 });
});

const send = (body: RequestInit['body'], type?: string): Promise<Answer> =>
  client.call('POST', '/v1/jobs', { body: body ?? null, ...(type ? { headers: { 'Content-Type': type } } : {}) });
const outcome = ({ status, json }: Answer): [number, string] => [status, json.error.code];

describe('photos', () => {
  it.each<[string, () => Buffer | Promise<Buffer>, number, string]>([
    ['nothing', () => Buffer.alloc(0), 422, 'PHOTO_EMPTY'],
    ['text', photos.text, 415, 'PHOTO_TYPE'],
    ['SVG', photos.svg, 415, 'PHOTO_TYPE'],
    ['HEIC', photos.heic, 415, 'PHOTO_HEIC'],
    ['a playlist', photos.disguisedPlaylist, 415, 'PHOTO_TYPE'],
    ['a 16000 × 16000 PNG', () => photos.bombPng(), 413, 'PHOTO_TOO_MANY_PIXELS'],
    ['half a JPEG', async () => (await photos.jpeg(640, 480)).subarray(0, 4000), 422, 'PHOTO_BROKEN'],
    ['a tiny PNG', () => photos.png(16, 16), 422, 'PHOTO_TOO_SMALL'],
  ])('%s', async (_name, make, status, code) => {
    expect(outcome(await send(photoForm(await make(), { prompt: 'waves' })))).toEqual([status, code]);
  });

  it('20 MB, announced and unannounced', async () => {
    const big = photoForm(Buffer.alloc(20 * 1024 * 1024, 7));
    const announced = await send(big);
    expect(outcome(announced)).toEqual([413, 'PHOTO_TOO_LARGE']);
    expect(announced.json.error.message).toBe('That photo is 20 MB; I take up to 15 MB. Send a smaller copy, for example a JPEG.');

    let sentBytes = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sentBytes += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const unannounced = await fetch(`${web.url}/v1/jobs`, {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
    } as RequestInit).then(
      async (response) => [response.status, ((await response.json()) as { error: { code: string } }).error.code],
      // The server hangs up on a sender who does not stop; undici may notice that before it reads the answer.
      () => [413, 'PHOTO_TOO_LARGE'],
    );
    expect(unannounced).toEqual([413, 'PHOTO_TOO_LARGE']);
    expect(sentBytes).toBeLessThan(100 * 1024 * 1024);
  });
});

describe('words and options', () => {
  it.each<[string, Record<string, string>, string]>([
    ['words too long', { prompt: 'x'.repeat(401) }, 'PROMPT_TOO_LONG'],
    ['a number out of range', { seconds: '99' }, 'OPTION_OUT_OF_RANGE'],
    ['no number', { fps: 'NaN' }, 'OPTION_OUT_OF_RANGE'],
    ['a seed of 2^32', { seed: '4294967296' }, 'OPTION_OUT_OF_RANGE'],
    ['too many frames for the engine', { seconds: '8', fps: '30' }, 'TOO_MANY_FRAMES'],
    ['an unknown engine', { engine: '../../etc' }, 'OPTION_INVALID'],
    ['an unknown option', { sceonds: '3' }, 'OPTION_INVALID'],
    ['a name that objects have', { ['__proto__']: '3' }, 'OPTION_INVALID'],
    ['an unknown format', { format: 'exe' }, 'OPTION_INVALID'],
  ])('%s', async (_name, fields, code) => {
    expect(outcome(await send(photoForm(photo, fields)))).toEqual([422, code]);
  });

  it('control characters become spaces', async () => {
    const { json } = await send(photoForm(photo, { prompt: 'wa\u0000ves\u001b[31m \u202egninnips\r\n' }));
    expect((await client.call('GET', `/v1/jobs/${json.id}`)).json.recipe.prompt).toBe('wa ves [31m gninnips');
    await client.call('DELETE', `/v1/jobs/${json.id}`);
  });

  it('half a character, which only JSON can carry, is dropped', async () => {
    const first = await send(photoForm(photo, { prompt: 'waves' }));
    const { status, json } = await send(`{"prompt":"wa\\ud800ves","photo_of":"${first.json.id}"}`, 'application/json');
    expect(status).toBe(202);
    expect((await client.call('GET', `/v1/jobs/${json.id}`)).json.recipe.prompt).toBe('waves');
    for (const { id } of [first.json, json]) await client.call('DELETE', `/v1/jobs/${id}`);
  });
});

describe('bodies', () => {
  const json = 'application/json';
  it.each<[string, RequestInit['body'], string | undefined, number, string]>([
    ['no body', null, undefined, 400, 'REQUEST_MALFORMED'],
    ['another type', 'image=1', 'application/x-www-form-urlencoded', 400, 'REQUEST_MALFORMED'],
    ['a form without a boundary', 'hello', 'multipart/form-data', 400, 'REQUEST_MALFORMED'],
    [
      'a form cut off',
      '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nabc',
      'multipart/form-data; boundary=x',
      400,
      'REQUEST_MALFORMED',
    ],
    ['JSON cut off', '{"prompt":', json, 400, 'REQUEST_MALFORMED'],
    ['JSON that is a list', '[]', json, 400, 'REQUEST_MALFORMED'],
    ['a prompt that is an object', '{"prompt":{"$gt":""},"image_url":"http://x"}', json, 400, 'REQUEST_MALFORMED'],
    ['an option that is null', '{"seconds":null,"image_url":"http://x"}', json, 400, 'REQUEST_MALFORMED'],
    ['very deep JSON', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, json, 400, 'REQUEST_MALFORMED'],
    ['JSON without a photo', '{"prompt":"waves"}', json, 400, 'PHOTO_MISSING'],
    ['a link that is none', '{"image_url":"javascript:alert(1)"}', json, 422, 'DOWNLOAD_HOST'],
  ])('%s', async (_name, body, type, status, code) => {
    expect(outcome(await send(body, type))).toEqual([status, code]);
  });

  it('a form without a photo, with the photo twice, and with a file where words belong', async () => {
    expect(outcome(await send(photoForm(null, { prompt: 'waves' })))).toEqual([400, 'PHOTO_MISSING']);
    const twice = photoForm(photo);
    twice.append('image', new Blob(['x']), 'x');
    expect(outcome(await send(twice))).toEqual([400, 'REQUEST_MALFORMED']);
    const misplaced = photoForm(photo);
    misplaced.set('prompt', new Blob(['x']), 'x');
    expect(outcome(await send(misplaced))).toEqual([400, 'REQUEST_MALFORMED']);
  });

  it('a hundred thousand fields', async () => {
    const part = (i: number): string => `--x\r\nContent-Disposition: form-data; name="f${i}"\r\n\r\n1\r\n`;
    const body = `${Array.from({ length: 100_000 }, (_, i) => part(i)).join('')}--x--\r\n`;
    for (const boundary of ['x', '"x"']) {
      const answer = await send(body, `multipart/form-data; boundary=${boundary}`);
      expect([answer.status, answer.json.error.message]).toEqual([400, 'I could not understand this request: the form has too many fields.']);
    }
  });

  it('keys that are none', async () => {
    for (const key of ['', 'with space', 'ä', 'x'.repeat(129)]) {
      const { status } = await client.call('POST', '/v1/jobs', { body: photoForm(photo), headers: { 'Idempotency-Key': key } });
      expect(status).toBe(400);
    }
  });

  it('again with a megabyte of it', async () => {
    const status = await new Promise((resolve, reject) => {
      // A connection of its own: the server hangs up on a sender whom it does not listen to.
      const options = { method: 'POST', agent: false, headers: { 'Content-Type': json } } as const;
      const sent = request(`${web.url}/v1/jobs/0123456789abcdef/again`, options, ({ statusCode }) => resolve(statusCode)).on('error', reject);
      sent.end(JSON.stringify({ seed: 'x'.repeat(1024 * 1024) }));
    });
    expect(status).toBe(413);
  });

  it('again with nonsense', async () => {
    const { json: job } = await send(photoForm(photo, { prompt: 'waves' }));
    for (const body of ['', '{}', '{"seed":7}', '{"seed":"same","more":1}']) {
      expect(outcome(await client.call('POST', `/v1/jobs/${job.id}/again`, { body, headers: { 'Content-Type': json } }))).toEqual([400, 'REQUEST_MALFORMED']);
    }
    await client.call('DELETE', `/v1/jobs/${job.id}`);
  });
});

describe('addresses', () => {
  it.each([
    '/v1/jobs/nope',
    '/v1/jobs/..%2F..%2Fetc%2Fpasswd',
    "/v1/jobs/'; DROP TABLE job; --",
    '/v1/jobs/%00',
    '/v1/nothing',
    '/..%2Fserver.ts',
    '/server.ts',
    '/page/index.html',
    '/.env',
  ])('%s', async (path) => {
    const response = await fetch(web.url + path);
    const { error } = (await response.json()) as { error: { code: string } };
    expect(response.status).toBe(404);
    expect(error.code).toMatch(/^(JOB_UNKNOWN|REQUEST_MALFORMED)$/);
  });

  it('a request that is not HTTP', async () => {
    const { port } = new URL(web.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('\x16\x03\x01\x02\x00\x01 hello\r\n\r\n'));
      socket.on('data', (data) => resolve(data.toString())).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });
});
