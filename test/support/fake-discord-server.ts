/** The HTTP side of the fake Discord: reads a request, holds it and its answer to the specification, plays faults. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from './fake-discord-payloads.ts';
import { type Answer, failure, handlers } from './fake-discord-rest.ts';
import { brokenRules, type FakeRequest } from './fake-discord-rules.ts';
import type { FakeState } from './fake-discord-state.ts';
import { createOpenApiValidator, type Json } from './openapi-validator.ts';

const validator = createOpenApiValidator(new URL('../specs/discord-openapi.json', import.meta.url));

// Otherwise the first acknowledgement of a test would wait for a compiler.
for (const [method = '', path = ''] of Object.keys(handlers).map((name) => name.split(' '))) validator.prepare(method, path);

export const serve = async (request: IncomingMessage, response: ServerResponse, state: FakeState): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://fake');
  const arrivedAtMs = performance.now();
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  if (url.pathname.startsWith('/cdn/')) {
    const file = state.files.get(url.pathname.slice('/cdn'.length));
    response.writeHead(file ? 200 : 404, file ? { 'content-type': file.contentType } : {}).end(file?.bytes);
    return;
  }
  const method = request.method ?? 'GET';
  const path = url.pathname.replace(/^\/api\/v10/, '');
  const { answer, body } = await respond(request, method, path, url.searchParams, Buffer.concat(chunks), arrivedAtMs, state);
  state.calls.push({
    method,
    path: decodeURIComponent(path),
    status: answer.status,
    atMs: Date.now(),
    authorized: request.headers.authorization !== undefined,
    body,
  });
  const retryAfterS = answer.status === 429 ? (answer.json as JsonObject).retry_after : undefined;
  response
    .writeHead(answer.status, {
      ...(answer.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS), 'x-ratelimit-scope': 'user' }),
    })
    .end(answer.json === undefined ? undefined : JSON.stringify(answer.json));
};

const respond = async (
  request: IncomingMessage,
  method: string,
  path: string,
  query: URLSearchParams,
  bytes: Buffer,
  arrivedAtMs: number,
  state: FakeState,
): Promise<{ answer: Answer; body: Json | undefined }> => {
  const route = validator.route(method, path);
  const handler = route ? handlers[`${route.method} ${route.path}`] : undefined;
  if (!route || !handler) {
    state.violations.push(`${method} ${path}: no such route`);
    return { answer: failure(404, 0, '404: Not Found'), body: undefined };
  }
  const { body, files } = await readBody(bytes, request.headers['content-type'] ?? '');
  const call: FakeRequest = { route, headers: request.headers, query, body, files, arrivedAtMs };
  const needsBot = validator.needsBot(route);
  const problems = [...validator.request(route, body, query), ...brokenRules(call, needsBot, state.token)];
  const report = (list: readonly string[]): void => void state.violations.push(...list.map((problem) => `${method} ${route.path}: ${problem}`));
  const fault = state.faults.find((f) => f.times > 0 && (f.method ?? method) === method && f.path.test(decodeURIComponent(path)));
  let answer: Answer;
  if (needsBot && request.headers.authorization !== `Bot ${state.token}`) {
    // A wrong token is an operator's mistake and answered; only a missing one breaks the protocol.
    if (request.headers.authorization === undefined) report(problems);
    answer = failure(401, 0, '401: Unauthorized');
  } else {
    report(problems);
    if (fault?.cutAfter) {
      fault.times -= 1;
      answer = problems.length > 0 ? failure(400, 50035, 'Invalid Form Body') : handler(call, state, route.pathParameters);
      request.socket.destroy();
    } else if (fault) {
      fault.times -= 1;
      answer =
        fault.retryAfterS === undefined
          ? failure(fault.status, fault.code ?? 0, 'fault')
          : { status: 429, json: { code: 0, message: 'You are being rate limited.', retry_after: fault.retryAfterS, global: false } };
    } else if (problems.length > 0) answer = failure(400, 50035, 'Invalid Form Body');
    else answer = handler(call, state, route.pathParameters);
  }
  if (answer.status < 500)
    state.violations.push(...validator.response(route, answer.status, answer.json).map((problem) => `answer to ${method} ${route.path}: ${problem}`));
  return { answer, body };
};

/** JSON, or the `payload_json` of a multipart body with its files. */
const readBody = async (bytes: Buffer, contentType: string): Promise<Pick<FakeRequest, 'body' | 'files'>> => {
  const files: Map<string, { name: string; type: string; bytes: Uint8Array }> = new Map();
  if (bytes.length === 0) return { body: undefined, files };
  if (!contentType.startsWith('multipart/')) return { body: JSON.parse(bytes.toString('utf8')) as Json, files };
  const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
  for (const [name, part] of form)
    if (typeof part !== 'string') files.set(name, { name: part.name, type: part.type, bytes: new Uint8Array(await part.arrayBuffer()) });
  return { body: JSON.parse(String(form.get('payload_json') ?? 'null')) as Json, files };
};
