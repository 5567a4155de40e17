/** The two addresses of a process without a page: whether it is well, and its numbers. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../core/errors.ts';

export interface HealthOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Asked for by `/metrics` when set. */
  readonly token: string | null;
  readonly metricsText: () => Promise<string>;
  /** Whether the process can do its work. */
  readonly ready: () => Promise<boolean>;
}

const ANSWER_WITHIN_MS = 5_000;

const sameText = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(left, right);
};

/** A server that is stuck is as bad as one that says no. */
const within = (answer: Promise<boolean>): Promise<boolean> =>
  Promise.race([answer.catch(() => false), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ANSWER_WITHIN_MS).unref())]);

/**
 * `GET /healthz` is 200 or 503, `GET /metrics` is Prometheus' text.
 * @throws ConfigError CONFIG_INVALID when the address cannot be had
 */
export const startHealth = async ({ host, port, token, metricsText, ready }: HealthOptions): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  const answer = async (path: string, authorization: string): Promise<readonly [number, string]> => {
    if (path === '/healthz') {
      const ok = await within(ready());
      return [ok ? 200 : 503, JSON.stringify({ ok })];
    }
    if (path !== '/metrics') return [404, 'Here are /healthz and /metrics.\n'];
    if (token !== null && !sameText(authorization, `Bearer ${token}`)) return [401, 'Send the bearer token that WEB_TOKEN holds.\n'];
    return [200, await metricsText()];
  };
  const server = createServer((request, response) => {
    answer((request.url ?? '').split('?')[0] ?? '', request.headers.authorization ?? '').then(
      ([status, body]) =>
        response.writeHead(status, { 'content-type': body.startsWith('{') ? 'application/json' : 'text/plain; version=0.0.4; charset=utf-8' }).end(body),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new AppError('CONFIG_INVALID', { problems: `HEALTH_PORT: ${port} on ${host} cannot be used (${error.code ?? error.message}).` }, { cause: error }),
      ),
    );
    server.listen(port, host.replace(/^\[|\]$/g, ''), resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
