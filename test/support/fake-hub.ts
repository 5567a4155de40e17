/** A model hub on this machine: listings with checksums, downloads with ranges, and every misbehaviour a network has. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export interface HubFile {
  readonly content: Uint8Array;
  /** Small files have git's checksum, large ones a SHA-256, as on the real hub. */
  readonly lfs?: boolean;
  /** In the listing, instead of the true one. */
  readonly listedSha256?: string;
  readonly listedBytes?: number;
}

export interface FakeHub {
  readonly url: string;
  readonly repos: Map<string, Map<string, HubFile>>;
  /** What arrived, in order. */
  readonly requests: {
    readonly path: string;
    readonly range: string | undefined;
    readonly authorization: string | undefined;
    readonly ifRange: string | undefined;
  }[];
  /** Looks at a request first; true when it has been answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  etag: string;
  /** The listing's names, when they shall not be the files' own. */
  rename: (name: string) => string;
  close(): Promise<void>;
}

const gitBlob = (content: Uint8Array): string => createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Answers with a file, or the part of it that was asked for. */
export const sendFile = (request: IncomingMessage, response: ServerResponse, content: Uint8Array, etag: string): void => {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const start = from !== undefined && request.headers['if-range'] === etag ? Number(from) : 0;
  if (start > 0 && start >= content.length) return void response.writeHead(416).end();
  const part = content.subarray(start);
  const partial = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
  response.writeHead(start > 0 ? 206 : 200, { etag, 'content-length': part.length, ...(start > 0 ? partial : {}) }).end(part);
};

export const startFakeHub = async (): Promise<FakeHub> => {
  const requests: FakeHub['requests'] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://hub').pathname);
    const { range, authorization, 'if-range': ifRange } = request.headers;
    requests.push({ path, range, authorization, ifRange: typeof ifRange === 'string' ? ifRange : undefined });
    if (hub.intercept(request, response)) return;
    const [, listed] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/main$/.exec(path) ?? [];
    const [, repo, name] = /^\/([^/]+\/[^/]+)\/resolve\/0{40}\/(.+)$/.exec(path) ?? [];
    const files = hub.repos.get(listed ?? repo ?? '');
    if (listed !== undefined && files) {
      const siblings = [...files].map(([file, { content, lfs, listedSha256, listedBytes }]) => ({
        rfilename: hub.rename(file),
        size: listedBytes ?? content.length,
        blobId: gitBlob(content),
        ...(lfs ? { lfs: { sha256: listedSha256 ?? sha256(content), size: listedBytes ?? content.length, pointerSize: 134 } } : {}),
      }));
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ sha: '0'.repeat(40), siblings }));
    }
    const file = files?.get(name ?? '');
    if (!file) return void response.writeHead(404).end('not found');
    sendFile(request, response, file.content, hub.etag);
  });
  const hub: FakeHub = {
    url: await listen(server),
    repos: new Map(),
    requests,
    intercept: () => false,
    etag: '"v1"',
    rename: (name) => name,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hub;
};

/** A server that only answers. */
export const startServer = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ url: string; close(): Promise<void> }> => {
  const server = createServer(answer);
  const url = await listen(server);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** A proxy that tunnels and writes down where to. */
export const startProxy = async (): Promise<{ url: string; readonly tunnels: string[]; close(): Promise<void> }> => {
  const tunnels: string[] = [];
  const server = createServer((_, response) => void response.writeHead(405).end());
  server.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const [host, port] = (request.url ?? '').split(':');
    const far = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy());
    socket.on('error', () => far.destroy());
  });
  const url = await listen(server);
  return {
    url,
    tunnels,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
