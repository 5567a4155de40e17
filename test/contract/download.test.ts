/** Downloads against a real server on this machine: hosts, redirects, bytes, time, and that no error ever tells an address. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDownloader } from '../../bots/download.ts';
import { AppError, noteText } from '../../core/errors.ts';

const SECRET = 'bot123456:AAcanaryTOKEN';
const MAX_BYTES = 100_000;

let server: Server;
let origin = '';
const asked: IncomingMessage[] = [];
let closedEarly = 0;

const endless = (response: ServerResponse, everyMs: number): void => {
  const timer = setInterval(() => response.write(Buffer.alloc(8192)), everyMs);
  response.on('close', () => {
    closedEarly += 1;
    clearInterval(timer);
  });
};

const routes: Readonly<Record<string, (response: ServerResponse) => void>> = {
  photo: (response) => response.end(Buffer.alloc(50_000, 7)),
  moved: (response) => response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  missing: (response) => response.writeHead(404).end('no'),
  declared: (response) => response.writeHead(200, { 'content-length': 20_000_000 }).write('x'),
  endless: (response) => endless(response.writeHead(200), 1),
  slow: (response) => endless(response.writeHead(200), 200),
  silent: () => undefined,
  torn: (response) => {
    response.writeHead(200, { 'content-length': 5000 }).write('half');
    setTimeout(() => response.destroy(), 20);
  },
};

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    routes[request.url?.split('/').at(-1)?.split('?')[0] ?? '']?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const downloader = (timeoutMs = 5000) => createDownloader({ allowedOrigins: [origin], maxBytes: MAX_BYTES, timeoutMs });
const address = (route: string): string => `${origin}/file/${SECRET}/${route}?hm=SIGNATURE`;

/** The error a download ends with, after looking for secrets in everything a log could show of it. */
const failure = async (url: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<AppError> => {
  const { timeoutMs, signal } = options;
  const error: unknown = await downloader(timeoutMs)
    .download(url, signal ? { signal } : {})
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof AppError)) throw new Error('the download should have failed');
  const shown = `${inspect(error, { depth: 10 })}${noteText(error.toNote())}${error.stack ?? ''}`;
  for (const secret of ['canary', 'SIGNATURE', '/file']) expect(shown).not.toContain(secret);
  return error;
};

describe('downloads', () => {
  it('brings the bytes, without cookies or credentials', async () => {
    const bytes = await downloader().download(address('photo'));
    expect(Buffer.from(bytes).equals(Buffer.alloc(50_000, 7))).toBe(true);
    expect(asked.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data', '169.254.169.254'],
    ['http://127.0.0.1:1/x', '127.0.0.1:1'],
    ['http://cdn.discordapp.com/a.png', 'cdn.discordapp.com'],
    ['https://cdn.discordapp.com:8443/a.png', 'cdn.discordapp.com:8443'],
    ['https://cdn.discordapp.com.evil.example/a.png', 'cdn.discordapp.com.evil.example'],
    ['https://evil.example/https://cdn.discordapp.com/a.png', 'evil.example'],
    ['https://user:pass@cdn.discordapp.com/a.png', 'cdn.discordapp.com'],
    ['https://cdn.discordapp.com@evil.example/a.png', 'evil.example'],
    ['file:///etc/passwd', 'there'],
    ['data:image/png;base64,AAAA', 'there'],
    ['not an address', 'there'],
    ['', 'there'],
  ])('refuses %j without asking anybody', async (url, host) => {
    const before = asked.length;
    expect((await failure(url)).toNote()).toEqual({ code: 'DOWNLOAD_HOST', params: { host } });
    expect(asked.length).toBe(before);
  });

  it('follows no redirect', async () =>
    expect((await failure(address('moved'))).toNote()).toEqual({ code: 'DOWNLOAD_FAILED', params: { reason: 'it was moved' } }));

  it('names the status', async () => expect((await failure(address('missing'))).params).toEqual({ reason: 'status 404' }));

  it('believes a declared length that is too large', async () =>
    expect((await failure(address('declared'))).toNote()).toEqual({ code: 'PHOTO_TOO_LARGE', params: { gotMb: 19.1, maxMb: 0.1 } }));

  it('stops reading when an undeclared one grows too large', async () => {
    const before = closedEarly;
    expect((await failure(address('endless'))).code).toBe('PHOTO_TOO_LARGE');
    await expect.poll(() => closedEarly).toBe(before + 1);
  });

  it.each(['slow', 'silent'])('gives up on a %s server in time', async (route) => {
    const startedAt = performance.now();
    expect((await failure(address(route), { timeoutMs: 300 })).toNote()).toEqual({ code: 'DOWNLOAD_TIMEOUT', params: { seconds: 0.3 } });
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it('notices a torn connection', async () => expect((await failure(address('torn'))).code).toBe('DOWNLOAD_FAILED'));

  it('can be canceled', async () => expect((await failure(address('silent'), { signal: AbortSignal.timeout(50) })).code).toBe('CANCELED'));

  it('names the system’s reason when nobody answers', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const dead = createDownloader({ allowedOrigins: [`http://127.0.0.1:${port}`], maxBytes: 10, timeoutMs: 1000 });
    await expect(dead.download(`http://127.0.0.1:${port}/${SECRET}`)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED', params: { reason: 'ECONNREFUSED' } });
  });
});
