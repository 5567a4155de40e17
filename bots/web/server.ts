/** The web channel: one HTTP server with the page, the REST API, health, metrics, and the door for Telegram's webhook. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Channel } from '../../core/channel.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError, asAppError } from '../../core/errors.ts';
import type { Follower } from '../../core/follow.ts';
import type { Logger } from '../../core/logger.ts';
import { quota, quotaHistory } from '../../core/quota.ts';
import type { Convert } from './clip.ts';
import { createTokenGuard, headers, isLoopback, loopbackNamesOnly, sameOriginWrites } from './guard.ts';
import { readJson } from './intake.ts';
import { jobRoutes, PLACE } from './jobs.ts';
import { openApiDocument } from './openapi.ts';
import { pageRoutes } from './page.ts';
import { problem } from './problem.ts';
import { type ChannelStatus, showEngines, showQuota } from './views.ts';

export interface WebOptions {
  readonly deps: Deps;
  readonly follower: Follower;
  readonly convert: Convert;
  readonly channels: () => readonly ChannelStatus[];
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Asked of everybody when set; may be null only on a loopback address. */
  readonly token: string | null;
  /** Takes what Telegram posts to `path`; checks the secret itself. */
  readonly telegramWebhook?: {
    readonly path: string;
    readonly handle: (request: { readonly headers: Record<string, string>; readonly body: string }) => Promise<{ readonly status: number }>;
  };
  readonly metricsText: () => Promise<string>;
  readonly ready: () => Promise<boolean>;
  readonly log: Logger;
}

export interface Web {
  /** Listens. Repeatable. @throws ConfigError CONFIG_INVALID when the address cannot be had */
  start(): Promise<{ readonly url: string }>;
  /** Takes no new requests, ends event streams and waits for answers under way, at most 5 s. Repeatable. */
  stop(): Promise<void>;
  readonly channel: Channel;
}

const DRAIN_MS = 5_000;
const SMALL_BODY = bodyLimit({
  maxSize: 1024 * 1024,
  onError: (c) => problem(c, new AppError('REQUEST_MALFORMED', { problem: 'the body is too large' }), 413),
});

/** @throws ConfigError CONFIG_INVALID when others could reach the port without a token */
export const createWeb = (options: WebOptions): Web => {
  const { deps, host, token, telegramWebhook, log } = options;
  if (token === null && !isLoopback(host)) {
    throw new AppError('CONFIG_INVALID', { problems: `A page that listens on ${host} needs a token, or anybody could use it.` });
  }
  const user = token === null ? 'web:local' : 'web:token';
  const closing = new AbortController();
  const guard = createTokenGuard(token, deps.clock);
  const app = new Hono();

  app.use(headers);
  if (telegramWebhook) {
    // Before the Host rule: Telegram comes through a proxy under a public name and shows its own secret.
    // Compared as text: an operator's path may hold what a route takes for a pattern.
    const isHook = (c: Context): boolean => c.req.method === 'POST' && c.req.path === telegramWebhook.path;
    app.use((c, next) => (isHook(c) ? SMALL_BODY(c, next) : next()));
    app.use(async (c, next) => {
      if (!isHook(c)) return next();
      const { status } = await telegramWebhook.handle({ headers: c.req.header(), body: await c.req.text() });
      return new Response(null, { status });
    });
  }
  if (isLoopback(host)) app.use(loopbackNamesOnly);
  app.use(sameOriginWrites);

  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/readyz', async (c) => {
    const ok = await options.ready().catch(() => false);
    return c.json({ ok }, ok ? 200 : 503);
  });
  app.get('/openapi.json', (c) => c.json(openApiDocument(deps.manifests, token !== null)));
  app.post('/v1/session', SMALL_BODY, async (c) => {
    guard.signIn(c, (await readJson(c, z.strictObject({ token: z.string() }))).token);
    return c.body(null, 204);
  });

  app.use('/v1/*', guard.required);
  app.use('/metrics', guard.required);
  app.get('/metrics', async (c) => c.text(await options.metricsText(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }));
  app.get('/v1/engines', (c) => c.json(showEngines(deps.manifests)));
  app.get('/v1/quota', async (c) => {
    const why = /^(1|true|yes)?$/i.test(c.req.query('why') ?? 'no') ? await quotaHistory(user, PLACE, deps) : null;
    return c.json(showQuota(await quota(user, PLACE, deps), deps.clock.nowMs(), why));
  });
  app.get('/v1/channels', (c) => c.json({ channels: [...options.channels()] }));
  app.use('/v1/jobs/:id/again', SMALL_BODY);
  app.route('/v1/jobs', jobRoutes({ deps, follower: options.follower, convert: options.convert, user, closing: closing.signal }));

  app.notFound((c) => problem(c, new AppError('REQUEST_MALFORMED', { problem: 'there is nothing at this address' }), 404));
  app.onError(async (thrown, c) => {
    const error = asAppError(thrown);
    // The route's pattern, not its address: an address holds a job's id, which is a capability.
    if (error.code === 'INTERNAL') log.error({ err: error.cause ?? error, method: c.req.method, route: c.req.routePath }, 'request failed');
    if (error.code === 'QUOTA_EXCEEDED' || error.code === 'QUOTA_TOO_LITTLE') {
      const { resetsAtMs } = await quota(user, PLACE, deps);
      c.header('Retry-After', String(Math.max(1, Math.ceil((resetsAtMs - deps.clock.nowMs()) / 1000))));
    }
    return problem(c, error);
  });

  const server = createAdaptorServer({ fetch: app.fetch }) as Server;

  const listen = async (): Promise<{ url: string }> => {
    app.route('/', await pageRoutes());
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const reason =
          error.code === 'EADDRINUSE' ? 'is already in use; stop the other program or set PORT' : `cannot be used (${error.code ?? error.message})`;
        reject(new AppError('CONFIG_INVALID', { problems: `Port ${options.port} on ${host} ${reason}.` }, { cause: error }));
      });
      server.listen(options.port, host.replace(/^\[|\]$/g, ''), resolve);
    });
    const { port } = server.address() as AddressInfo;
    const name = ['0.0.0.0', '::', '[::]'].includes(host) ? 'localhost' : host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host;
    return { url: `http://${name}:${port}` };
  };

  let started: Promise<{ url: string }> | null = null;
  const start = (): Promise<{ url: string }> => (started ??= listen());
  const stop = async (): Promise<void> => {
    closing.abort();
    if (!server.listening) return;
    const deadlineMs = Date.now() + DRAIN_MS;
    // Connections fall idle one by one as their answers end; browsers would keep them open.
    const sweep = setInterval(() => (Date.now() < deadlineMs ? server.closeIdleConnections() : server.closeAllConnections()), 50);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearInterval(sweep);
  };

  return {
    start,
    stop,
    channel: {
      name: 'web',
      start: async () => `page at ${(await start()).url}`,
      stop,
      // The page follows its jobs itself.
      showStatus: async () => undefined,
      // The page collects the clip when it likes; from here on it is there to be had.
      deliver: async () => ({ kind: 'delivered', receipt: 'collect' }),
    },
  };
};
