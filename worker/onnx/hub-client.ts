/** The door to the web for models: requests with redirects, a token for one host only, a proxy, and words for every refusal. */
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { AppError } from '../../core/errors.ts';

export interface HubClientOptions {
  /** Gets the token; no other host ever does. */
  readonly endpoint: string;
  readonly token: string | null;
  /** For everything but the hosts of `noProxy`. */
  readonly proxy: string | null;
  /** Hosts and domains that are reached directly: `localhost,.example.org`. */
  readonly noProxy: string;
  /** How long to wait after the nth attempt in a row that brought nothing. */
  readonly backoffMs?: (attempt: number) => number;
  /** A connection that says nothing for so long is given up. */
  readonly silenceMs?: number;
}

export interface HubClient {
  readonly endpoint: string;
  /**
   * One request, redirects followed.
   * @throws RemoteError MODEL_DOWNLOAD, MODEL_GATED, MODEL_NOT_FOUND; Interrupted when another attempt may help
   */
  get(address: string, repo: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  /**
   * Repeats what was interrupted, until several attempts in a row brought nothing.
   * @param attempt calls `reached` with how far it came; coming further than ever before counts as having brought something
   * @throws RemoteError MODEL_DOWNLOAD; CanceledError
   */
  persist<T>(file: string, repo: string, signal: AbortSignal, attempt: (reached: (bytes: number) => void) => Promise<T>): Promise<T>;
  /** @throws RemoteError MODEL_DOWNLOAD, MODEL_GATED, MODEL_NOT_FOUND */
  json(address: string, repo: string, maxBytes: number, signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

/** A failure that another attempt may mend. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(
    reason: string,
    readonly status = 0,
    readonly retryAfterMs = 0,
  ) {
    super(reason);
  }
}

const MAX_REDIRECTS = 5;
const ATTEMPTS = 6;
const MAX_WAIT_MS = 60_000;
const usualBackoffMs = (attempt: number): number => Math.min(MAX_WAIT_MS, 1000 * 2 ** attempt);

/** Whether a host is reached without the proxy, by the usual rules of NO_PROXY. */
export const bypassesProxy = (noProxy: string, { hostname, port }: URL): boolean =>
  noProxy
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', itsPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      return (itsPort === undefined || itsPort === port) && (hostname === name || hostname.endsWith(`.${name}`));
    });

const codeOf = (error: unknown): string | undefined => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined);
const reasonOf = (error: unknown): string => (error instanceof Interrupted ? error.message : (codeOf(error) ?? 'the connection broke'));

/** How long the server asks to be left alone; at most a minute is granted. */
const retryAfterMs = (header: unknown): number => {
  if (typeof header !== 'string') return 0;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(MAX_WAIT_MS, Math.max(0, ms)) : 0;
};

/** The address a redirect leads to. @returns null when it must not be followed */
const redirectTarget = (from: URL, location: string): URL | null => {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : null;
  const isSafe = next?.protocol === 'https:' || (next?.protocol === 'http:' && from.protocol === 'http:');
  return isSafe ? next : null;
};

export const createHubClient = ({ endpoint, token, proxy, noProxy, backoffMs = usualBackoffMs, silenceMs = 60_000 }: HubClientOptions): HubClient => {
  const limits = { headersTimeout: silenceMs, bodyTimeout: silenceMs };
  const direct = new Agent(limits);
  const proxied = proxy === null ? direct : new ProxyAgent({ uri: proxy, ...limits });
  const home = new URL(endpoint).origin;
  const failed = (file: string, repo: string, reason: string, cause?: unknown): AppError => new AppError('MODEL_DOWNLOAD', { file, repo, reason }, { cause });

  const get: HubClient['get'] = async (address, repo, extra, signal) => {
    let url = new URL(address);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const headers = { ...extra, 'user-agent': 'stillmotion', ...(token !== null && url.origin === home ? { authorization: `Bearer ${token}` } : {}) };
      const response = await request(url, { dispatcher: bypassesProxy(noProxy, url) ? direct : proxied, headers, signal });
      const { statusCode: status } = response;
      // A line that breaks before anybody reads is told to the reader then, and must not end the process now.
      response.body.on('error', () => undefined);
      if (status < 300) return response;
      await response.body.dump();
      const { location } = response.headers;
      if (status < 400 && typeof location === 'string') {
        const next = redirectTarget(url, location);
        if (next === null) throw failed(address, repo, 'it was moved to an address that is not safe');
        url = next;
      } else if (status === 401 || status === 403) throw new AppError('MODEL_GATED', { repo, page: `${endpoint}/${repo}` });
      else if (status === 404 || status === 410) throw new AppError('MODEL_NOT_FOUND', { what: repo, endpoint });
      else if (status === 408 || status === 416 || status === 429 || status >= 500)
        throw new Interrupted(`status ${status}`, status, retryAfterMs(response.headers['retry-after']));
      else throw failed(address, repo, `status ${status}`);
    }
    throw failed(address, repo, 'it is moved around in a circle');
  };

  const persist: HubClient['persist'] = async (file, repo, signal, attempt) => {
    let furthest = 0;
    for (let fruitless = 0; ; ) {
      try {
        return await attempt((bytes) => {
          if (bytes <= furthest) return;
          furthest = bytes;
          fruitless = 0;
        });
      } catch (error) {
        if (signal.aborted) throw new AppError('CANCELED');
        if (error instanceof AppError) throw error;
        if (codeOf(error) === 'ENOSPC') throw failed(file, repo, 'the disk is full', error);
        fruitless += 1;
        if (fruitless >= ATTEMPTS) throw failed(file, repo, reasonOf(error), error);
        const askedMs = error instanceof Interrupted ? error.retryAfterMs : 0;
        await wait(Math.max(askedMs, backoffMs(fruitless - 1)), undefined, { signal }).catch(() => {
          throw new AppError('CANCELED');
        });
      }
    }
  };

  return {
    endpoint,
    get,
    persist,
    json: (address, repo, maxBytes, signal) =>
      persist('the list of files', repo, signal, async () => {
        const { body } = await get(address, repo, { accept: 'application/json' }, signal);
        const chunks: Buffer[] = [];
        let bytes = 0;
        for await (const chunk of body as AsyncIterable<Buffer>) {
          bytes += chunk.length;
          if (bytes > maxBytes) throw failed('the list of files', repo, `the answer is longer than ${maxBytes} bytes`);
          chunks.push(chunk);
        }
        try {
          return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
        } catch (error) {
          throw failed('the list of files', repo, 'the answer is not JSON', error);
        }
      }),
    async close() {
      await direct.destroy();
      if (proxied !== direct) await proxied.destroy();
    },
  };
};
