/** Who is let in: host names, foreign pages, the token and its cookie, and the headers that guard the page. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createWeb } from '../../bots/web/server.ts';
import { jpeg } from '../support/photos.ts';
import { copyTemplate } from '../support/template.ts';
import { startTestWeb, type TestWeb } from '../support/web.ts';
import { createWebClient, photoForm } from '../support/web-client.ts';

/** Sends exactly these headers, `Host` and `Origin` among them, which fetch would not. */
const raw = (url: string, method: string, path: string, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url + path, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

const start = (options: Parameters<typeof startTestWeb>[1] = {}): Promise<TestWeb> => startTestWeb(copyTemplate(inject('templateDirectory')), options);

describe('on a loopback address', () => {
  let web: TestWeb;
  let posted: { headers: Record<string, string>; body: string } | null = null;
  beforeAll(async () => {
    web = await start({
      telegramWebhook: {
        path: '/telegram/webhook',
        handle: async (request) => {
          posted = request;
          return { status: request.headers['x-telegram-bot-api-secret-token'] === 'right' ? 200 : 401 };
        },
      },
    });
  });
  afterAll(() => web.close());

  it.each(['localhost', 'localhost:1234', '127.0.0.1:80', '[::1]:8080', 'LOCALHOST'])('answers to %s', async (host) => {
    expect(await raw(web.url, 'GET', '/healthz', { Host: host })).toBe(200);
  });

  it.each(['evil.example', 'evil.example:8080', '127.0.0.1.evil.example', 'localhost.evil.example', '192.168.1.5', '0.0.0.0', '[::2]'])(
    'does not answer to %s',
    async (host) => {
      for (const path of ['/', '/healthz', '/v1/quota', '/metrics', '/openapi.json']) expect(await raw(web.url, 'GET', path, { Host: host })).toBe(421);
    },
  );

  it('takes nothing from another web page', async () => {
    const { host } = new URL(web.url);
    for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { Origin: 'http://127.0.0.1:1' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
      expect(await raw(web.url, 'DELETE', '/v1/jobs/0000000000000000', { Host: host, ...(headers as Record<string, string>) })).toBe(403);
    }
    for (const headers of [{ Origin: `http://${host}` }, {}]) {
      expect(await raw(web.url, 'DELETE', '/v1/jobs/0000000000000000', { Host: host, ...(headers as Record<string, string>) })).toBe(404);
    }
  });

  it('hands Telegram’s posts on under any name, with headers and body as they came', async () => {
    const post = (secret: string) =>
      fetch(`${web.url}/telegram/webhook`, { method: 'POST', body: '{"update_id":1}', headers: { 'X-Telegram-Bot-Api-Secret-Token': secret } });
    expect([(await post('right')).status, (await post('wrong')).status]).toEqual([200, 401]);
    expect(posted).toMatchObject({ body: '{"update_id":1}', headers: { 'x-telegram-bot-api-secret-token': 'wrong' } });
    expect(await raw(web.url, 'POST', '/telegram/webhook', { Host: 'bot.example.org', 'X-Telegram-Bot-Api-Secret-Token': 'right' })).toBe(200);
  });

  it('sends headers that keep the page to itself', async () => {
    const { headers, status } = await fetch(web.url);
    expect(status).toBe(200);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(policy).toContain("frame-ancestors 'none'");
  });
});

describe('with a token', () => {
  const token = 'a-token-of-enough-length';
  let web: TestWeb;
  beforeAll(async () => {
    web = await start({ token, host: '0.0.0.0' });
  });
  afterAll(() => web.close());

  it('asks everybody for it, except about health', async () => {
    const client = await createWebClient(web.url);
    for (const [method, path] of [
      ['GET', '/v1/quota'],
      ['GET', '/v1/engines'],
      ['GET', '/metrics'],
      ['POST', '/v1/jobs'],
      ['DELETE', '/v1/jobs/x'],
    ] as const) {
      const { status, headers, json } = await client.call(method, path);
      expect([status, headers.get('www-authenticate'), json.error.code]).toEqual([401, 'Bearer', 'UNAUTHORIZED']);
    }
    for (const path of ['/healthz', '/readyz', '/openapi.json']) expect((await fetch(web.url + path)).status).toBe(200);
    expect(JSON.stringify(client.document)).not.toContain(token);
  });

  it.each(['Bearer wrong', `Bearer ${token}x`, 'Bearer ', `Basic ${token}`, token])('refuses “%s”', async (authorization) => {
    expect((await fetch(`${web.url}/v1/quota`, { headers: { Authorization: authorization } })).status).toBe(401);
  });

  it('lets the bearer in, as a person of their own', async () => {
    const client = await createWebClient(web.url, { Authorization: `Bearer ${token}` });
    const { json } = await client.call('POST', '/v1/jobs', { body: photoForm(await jpeg(64, 64), { prompt: 'waves' }) });
    expect((await web.deps.store.jobs.find(json.id))?.origin.user).toBe('web:token');
  });

  it('trades the token for a cookie that scripts cannot read and that ends after a month', async () => {
    const signIn = (typed: string) =>
      fetch(`${web.url}/v1/session`, { method: 'POST', body: JSON.stringify({ token: typed }), headers: { 'Content-Type': 'application/json' } });
    expect((await signIn('wrong')).status).toBe(401);
    const answer = await signIn(token);
    expect(answer.status).toBe(204);
    const setCookie = answer.headers.get('set-cookie') ?? '';
    expect(setCookie).toMatch(/HttpOnly/);
    expect(setCookie).toMatch(/SameSite=Strict/);
    expect(setCookie).not.toContain(token);
    const cookie = setCookie.split(';')[0] ?? '';
    const withCookie = async (value: string) => (await fetch(`${web.url}/v1/quota`, { headers: { Cookie: value } })).status;
    expect(await withCookie(cookie)).toBe(200);
    const [name, expiry, signature] = cookie.split(/[=.]/);
    expect(await withCookie(`${name}=${Number(expiry) + 1}.${signature}`)).toBe(401);
    expect(await withCookie(`${name}=`)).toBe(401);
    web.clock.advance(31 * 86_400_000);
    expect(await withCookie(cookie)).toBe(401);
  });

  it('is needed wherever others could reach the port', () => {
    const { deps } = web;
    const options = {
      deps,
      follower: { subscribe: () => () => undefined, stop: async () => undefined },
      convert: async () => ({ bytes: new Uint8Array() }),
      channels: () => [],
      port: 0,
      token: null,
      metricsText: async () => '',
      ready: async () => true,
      log: deps.log,
    };
    for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.org']) expect(() => createWeb({ ...options, host })).toThrow(/CONFIG_INVALID/);
    for (const host of ['127.0.0.1', 'localhost', '::1']) expect(() => createWeb({ ...options, host })).not.toThrow();
  });
});

it('says so when the port is taken', async () => {
  const first = await start();
  try {
    await expect(start({ port: Number(new URL(first.url).port) })).rejects.toThrow(/already in use/);
  } finally {
    await first.close();
  }
});
