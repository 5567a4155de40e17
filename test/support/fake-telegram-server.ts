/** The HTTP side of the fake Telegram: decodes JSON and multipart bodies as Telegram does, and answers in its envelope. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { methodFields } from './bot-api-validator.ts';
import { countRequests } from './busy.ts';
import type { Refusal } from './fake-telegram-methods.ts';

export interface Decoded {
  readonly params: Readonly<Record<string, unknown>>;
  readonly parts: ReadonlyMap<string, Buffer>;
  readonly problems: readonly string[];
}

export type Reply = { readonly result: unknown } | { readonly refusal: Refusal } | 'hang-up';

export interface Handlers {
  call(method: string, request: Decoded, gone: AbortSignal): Promise<Reply>;
  /** The bytes of a file, or null. */
  file(path: string): Buffer | null;
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** In a form everything is text; what the specification calls a number, a boolean or an object is read as such. */
const readValue = (method: string, name: string, text: string, problems: string[]): unknown => {
  const types = methodFields(method)?.find((field) => field.name === name)?.types ?? ['String'];
  if (types.includes('Integer') && /^-?\d+$/.test(text)) return Number(text);
  if (types.includes('Boolean') && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (types.includes('String') || types.includes('InputFile')) return text;
  try {
    return JSON.parse(text);
  } catch {
    problems.push(`${method} ${name} is not JSON`);
    return text;
  }
};

const decode = async (method: string, request: IncomingMessage): Promise<Decoded> => {
  const body = await readBody(request);
  const type = request.headers['content-type'] ?? '';
  const problems: string[] = [];
  const parts = new Map<string, Buffer>();
  if (type.startsWith('multipart/form-data')) {
    const params: Record<string, unknown> = {};
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form) {
      if (typeof value === 'string') {
        // telegraf sends the method's name along; Telegram ignores it.
        if (name !== 'method' || value !== method) params[name] = readValue(method, name, value, problems);
      } else {
        parts.set(name, Buffer.from(await value.arrayBuffer()));
        params[name] = `attach://${name}`;
      }
    }
    return { params, parts, problems };
  }
  if (body.length === 0) return { params: {}, parts, problems };
  if (!type.startsWith('application/json')) problems.push(`${method} sends ${type || 'no type'}`);
  const params: unknown = JSON.parse(body.toString('utf8'));
  return { params: params as Record<string, unknown>, parts, problems };
};

const answer = (response: ServerResponse, reply: Exclude<Reply, 'hang-up'>): void => {
  const status = 'refusal' in reply ? reply.refusal.status : 200;
  const body =
    'refusal' in reply
      ? { ok: false, error_code: status, description: reply.refusal.description, ...(reply.refusal.parameters ? { parameters: reply.refusal.parameters } : {}) }
      : { ok: true, result: reply.result };
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

/** @returns the address to give to a bot, and how to close it */
export const startServer = async (token: string, handlers: Handlers): Promise<{ readonly apiRoot: string; active(): number; close(): Promise<void> }> => {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://fake').pathname);
    const [, file, presented, rest] = /^(\/file)?\/bot([^/]+)\/(.+)$/.exec(path) ?? [];
    if (presented !== token)
      return answer(response, {
        refusal: { status: presented?.includes(':') ? 401 : 404, description: presented?.includes(':') ? 'Unauthorized' : 'Not Found' },
      });
    if (file) {
      const bytes = handlers.file(rest ?? '');
      response.writeHead(bytes ? 200 : 404, { 'content-type': 'application/octet-stream' });
      response.end(bytes ?? '');
      return;
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const method = rest ?? '';
    const reply = await handlers.call(method, await decode(method, request), gone.signal);
    if (reply === 'hang-up') request.socket.destroy();
    else if (!gone.signal.aborted) answer(response, reply);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => answer(response, { refusal: { status: 500, description: String(error) } }));
  });
  const active = countRequests(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    active,
    apiRoot: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
