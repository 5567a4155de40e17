/** How clips and their changes leave the server: byte ranges, conditional requests, conversion, event streams. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { jpeg } from '../support/photos.ts';
import { copyTemplate } from '../support/template.ts';
import { startTestWeb, type TestWeb } from '../support/web.ts';
import { createWebClient, photoForm, type WebClient } from '../support/web-client.ts';

const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));
let web: TestWeb;
let client: WebClient;
let photo: Buffer;

beforeAll(async () => {
  web = await startTestWeb(copyTemplate(inject('templateDirectory')), { quotaDaily: 100 });
  client = await createWebClient(web.url);
  photo = await jpeg(64, 64);
});
afterAll(() => web.close());

const ask = async (): Promise<string> => (await client.call('POST', '/v1/jobs', { body: photoForm(photo, { prompt: 'waves' }) })).json.id;

describe('a finished clip', () => {
  let id: string;
  const get = (query = '', headers: Record<string, string> = {}) => client.call('GET', `/v1/jobs/${id}/clip${query}`, { headers });
  beforeAll(async () => {
    id = await ask();
    await web.begin(id);
    await web.finish(id, bytes);
  });

  it('comes whole, with its type, size and validator', async () => {
    const { status, headers, bytes: got } = await get();
    expect([status, headers.get('content-type'), headers.get('content-length'), headers.get('accept-ranges')]).toEqual([200, 'video/mp4', '1000', 'bytes']);
    expect(got.equals(bytes)).toBe(true);
    expect((await get('', { 'If-None-Match': headers.get('etag') ?? '' })).status).toBe(304);
  });

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=900-', 900, 999],
    ['bytes=-10', 990, 999],
    ['bytes=990-5000', 990, 999],
    ['bytes=0-0', 0, 0],
  ])('%s comes as 206', async (range, first, last) => {
    const answer = await get('', { Range: range });
    expect([answer.status, answer.headers.get('content-range'), answer.headers.get('content-length')]).toEqual([
      206,
      `bytes ${first}-${last}/1000`,
      String(last - first + 1),
    ]);
    expect(answer.bytes.equals(bytes.subarray(first, last + 1))).toBe(true);
  });

  it.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('%s is beyond the end', async (range) => {
    const { status, headers } = await get('', { Range: range });
    expect([status, headers.get('content-range')]).toEqual([416, 'bytes */1000']);
  });

  it.each(['bytes=9-1', 'bytes=0-1,5-6', 'lines=0-1', 'bytes=a-b', 'bytes=-'])('%s is not understood and ignored', async (range) => {
    expect((await get('', { Range: range })).status).toBe(200);
  });

  it('ignores the range when If-Range names another version', async () => {
    expect((await get('', { Range: 'bytes=0-9', 'If-Range': '"older"' })).status).toBe(200);
  });

  it('answers HEAD without a body', async () => {
    const response = await fetch(`${web.url}/v1/jobs/${id}/clip`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length'), (await response.arrayBuffer()).byteLength]).toEqual([200, '1000', 0]);
  });

  it('is converted once, kept, and gone when the clip is removed', async () => {
    const before = web.conversions();
    const answers = await Promise.all([get('?format=gif'), get('?format=gif'), get('?format=gif&download=1')]);
    for (const { headers, bytes: got } of answers) expect([headers.get('content-type'), got.toString()]).toEqual(['image/gif', 'made as gif']);
    expect(answers[2]?.headers.get('content-disposition')).toBe(`attachment; filename="stillmotion-${id}.gif"`);
    await get('?format=gif');
    expect(web.conversions()).toBe(before + 1);
    expect((await get('?format=mov')).json.error.code).toBe('OPTION_INVALID');

    expect((await client.call('GET', `/v1/jobs/${id}/thumbnail`)).headers.get('content-type')).toBe('image/jpeg');
    await client.call('DELETE', `/v1/jobs/${id}`);
    expect((await get('?format=gif')).status).toBe(404);
    expect(await web.deps.files.get(`clips/${id}.converted.gif`)).toBeNull();
  });
});

/** Reads an event stream to its end. */
const readEvents = async (response: Response, seen: (text: string) => void = () => undefined): Promise<string> => {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    seen(text);
  }
  return text;
};
const eventsIn = (text: string) => [...text.matchAll(/^event: job\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));

describe('the event stream', () => {
  let id: string;
  beforeEach(async () => {
    id = await ask();
  });

  it('tells every state and ends with the last', async () => {
    const response = await fetch(`${web.url}/v1/jobs/${id}/events`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    let step = 0;
    const text = await readEvents(response, (soFar) => {
      const states = eventsIn(soFar).map(({ state }) => state);
      if (step === 0 && states.includes('waiting'))
        void web.begin(id).then(
          () => (step = 2),
          () => undefined,
        );
      if (step === 0 && states.includes('waiting')) step = 1;
      if (step === 2 && eventsIn(soFar).some(({ progress }) => progress)) {
        step = 3;
        void web.finish(id, bytes);
      }
    });
    const events = eventsIn(text);
    expect(events[0].state).toBe('waiting');
    expect(events.at(-1)).toMatchObject({ id, state: 'done', clip: { bytes: 1000 } });
    expect(events.some(({ progress }) => progress?.fraction === 0.3)).toBe(true);
    expect(events).toEqual([...new Map(events.map((event) => [JSON.stringify(event), event])).values()]);
    const headers = new Headers({ 'content-type': 'application/json' });
    for (const json of events) expect(client.check('GET', `/v1/jobs/${id}`, { status: 200, headers, json })).toEqual([]);
  });

  it('of a finished job holds one event and ends', async () => {
    await client.call('DELETE', `/v1/jobs/${id}`);
    expect(eventsIn(await readEvents(await fetch(`${web.url}/v1/jobs/${id}/events`))).map(({ state }) => state)).toEqual(['canceled']);
  });

  it('ends when the server stops, and the server stops while somebody listens', async () => {
    const other = await startTestWeb(copyTemplate(inject('templateDirectory')));
    try {
      const { json } = await (await createWebClient(other.url)).call('POST', '/v1/jobs', { body: photoForm(photo, { prompt: 'waves' }) });
      const reading = readEvents(await fetch(`${other.url}/v1/jobs/${json.id}/events`));
      await sleep(200);
      const startMs = Date.now();
      await other.stop();
      expect(eventsIn(await reading)).toHaveLength(1);
      expect(Date.now() - startMs).toBeLessThan(2_000);
    } finally {
      await other.close();
    }
  });
});
