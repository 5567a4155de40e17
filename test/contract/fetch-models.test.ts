/** Downloading models from a hub that cuts, lies, redirects, refuses and slows down: all there and right, or a sentence. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishedModels } from '../../config/catalogue.ts';
import { AppError, noteText } from '../../core/errors.ts';
import { checkpointFolder, installedModels, pullBundle, pullCheckpoint, removeModel, verifyModel } from '../../worker/onnx/fetch-models.ts';
import { bypassesProxy, createHubClient, type HubClientOptions } from '../../worker/onnx/hub-client.ts';
import { type FakeHub, sendFile, startFakeHub, startProxy, startServer } from '../support/fake-hub.ts';

const weights = Buffer.alloc(300_000, 'stillmotion ');
const half = Buffer.alloc(150_000, 'half ');
const config = Buffer.from('{"sample_size":64}');
const unetFile = 'unet/diffusion_pytorch_model.safetensors';
const source = { id: 'tiny', parts: [{ repo: 'a/tiny', revision: 'main', take: { 'model_index.json': '', unet: 'unet' } }] };

let hub: FakeHub;
let modelsDir: string;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  hub = await startFakeHub();
  modelsDir = await mkdtemp(join(tmpdir(), 'stillmotion-models-'));
  hub.repos.set(
    'a/tiny',
    new Map([
      ['model_index.json', { content: Buffer.from('{"_class_name":"X"}') }],
      ['unet/config.json', { content: config }],
      [unetFile, { content: weights, lfs: true }],
      ['README.md', { content: Buffer.from('# not needed') }],
    ]),
  );
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await hub.close();
  await rm(modelsDir, { recursive: true, force: true });
});

interface Given extends Partial<HubClientOptions> {
  readonly full?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

const withClient = async <T>(given: Given, use: (context: Parameters<typeof pullCheckpoint>[2]) => Promise<T>): Promise<T> => {
  const { full: _, signal = new AbortController().signal, onProgress = () => undefined, ...options } = given;
  const client = createHubClient({ endpoint: hub.url, token: null, proxy: null, noProxy: '', backoffMs: () => 1, silenceMs: 2000, ...options });
  try {
    return await use({ client, modelsDir, signal, onProgress });
  } finally {
    await client.close();
  }
};
const pull = (given: Given = {}, what: Parameters<typeof pullCheckpoint>[0] = source): Promise<string> =>
  withClient(given, (context) => pullCheckpoint(what, given.full ?? false, context));

const words = async (failing: Promise<unknown>): Promise<string> => {
  const error = await failing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`not refused in words: ${error}`);
  return `${error.code}: ${noteText(error.toNote())}`;
};

const read = (file: string): Promise<Buffer> => readFile(join(checkpointFolder(modelsDir, 'tiny'), file));
const isWeights = ({ url }: IncomingMessage): boolean => url?.endsWith('.safetensors') ?? false;
/** Answers the first `times` requests for the weights in its own way. */
const misbehave = (times: number, answer: (request: IncomingMessage, response: ServerResponse) => void): void => {
  let left = times;
  hub.intercept = (request, response) => {
    if (!isWeights(request) || left-- <= 0) return false;
    answer(request, response);
    return true;
  };
};
/** Sends the beginning of what was asked for and cuts the line. */
const cutAfter = (bytes: number) => (request: IncomingMessage, response: ServerResponse) => {
  const [, from = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from);
  response.writeHead(start > 0 ? 206 : 200, {
    etag: hub.etag,
    'content-length': weights.length - start,
    ...(start > 0 ? { 'content-range': `bytes ${start}-${weights.length - 1}/${weights.length}` } : {}),
  });
  response.write(weights.subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 20));
};
const weightRequests = () => hub.requests.filter(({ path }) => path.endsWith('.safetensors'));

describe('a download', () => {
  it('brings what is needed, nothing else, and leaves a seal to verify by', async () => {
    const progress: [number, number][] = [];
    const folder = await pull({ onProgress: (done, total) => void progress.push([done, total]) });
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(['model_index.json', 'stillmotion.json', 'unet', 'unet/config.json', unetFile]);
    expect((await read(unetFile)).equals(weights)).toBe(true);
    const [last] = progress.slice(-1);
    expect(last?.[0]).toBe(last?.[1]);
    const [installed] = await installedModels(modelsDir);
    expect(installed).toMatchObject({ id: 'tiny', kind: 'checkpoint' });
    if (!installed) throw new Error('nothing is installed');
    await verifyModel(installed, new AbortController().signal);
    await writeFile(join(folder, unetFile), Buffer.alloc(weights.length));
    expect(await words(verifyModel(installed, new AbortController().signal))).toMatch(/^MODEL_CORRUPT: .*unet/);
    await removeModel(installed, { modelsDir, signal: new AbortController().signal });
    expect(await installedModels(modelsDir)).toEqual([]);
  });

  it.each([
    [false, half],
    [true, weights],
  ])('of weights in both precisions takes one (full: %s), with its own shards and index only', async (full, expected) => {
    const files = hub.repos.get('a/tiny');
    files?.set('unet/diffusion_pytorch_model.fp16.safetensors', { content: half, lfs: true });
    files?.set('unet/diffusion_pytorch_model.non_ema.safetensors', { content: half, lfs: true });
    const folder = await pull({ full });
    const names = (await readdir(join(folder, 'unet'))).filter((name) => name.endsWith('.safetensors'));
    expect(names).toEqual([full ? 'diffusion_pytorch_model.safetensors' : 'diffusion_pytorch_model.fp16.safetensors']);
    expect((await read(`unet/${names[0]}`)).equals(expected)).toBe(true);
  });

  it('puts a checkpoint together from several repositories', async () => {
    hub.repos.set(
      'b/adapter',
      new Map([
        ['config.json', { content: config }],
        ['diffusion_pytorch_model.safetensors', { content: half, lfs: true }],
      ]),
    );
    const adapter = { repo: 'b/adapter', revision: 'main', take: { 'config.json': 'motion_adapter', 'diffusion_pytorch_model.safetensors': 'motion_adapter' } };
    const [part] = source.parts;
    if (!part) throw new Error('no part');
    await pull(
      {},
      { ...source, parts: [{ ...part, take: { unet: 'unet' } }, adapter], written: { 'model_index.json': { _class_name: 'AnimateDiffPipeline' } } },
    );
    expect(JSON.parse(String(await read('model_index.json')))).toEqual({ _class_name: 'AnimateDiffPipeline' });
    expect((await read('motion_adapter/diffusion_pytorch_model.safetensors')).equals(half)).toBe(true);
  });

  it('every published model names a family and where each part comes from', () => {
    for (const { id, parts, licence, parameters } of publishedModels) {
      expect(id).toMatch(/^[a-z0-9-]{1,32}$/);
      expect(licence.length).toBeGreaterThan(2);
      expect(Object.keys(parameters)).toEqual(expect.arrayContaining(['vae']));
      for (const { repo } of parts) expect(repo).toMatch(/^[\w.-]+\/[\w.-]+$/);
    }
  });
});

describe('a bad line', () => {
  it('that is cut again and again is continued from where it stopped', async () => {
    misbehave(3, cutAfter(80_000));
    await pull();
    expect((await read(unetFile)).equals(weights)).toBe(true);
    const ranges = weightRequests().map(({ range }) => Number(/=(\d+)-/.exec(range ?? '=0-')?.[1]));
    expect(ranges).toHaveLength(4);
    expect(ranges.slice(1).every((start, i) => start > (ranges[i] ?? 0))).toBe(true);
    expect(weightRequests()[1]?.ifRange).toBe('"v1"');
  });

  it('is continued by the next run, too', async () => {
    misbehave(99, cutAfter(100_000));
    const interrupt = new AbortController();
    await expect(pull({ signal: interrupt.signal, onProgress: (done) => done > 150_000 && interrupt.abort() })).rejects.toMatchObject({ code: 'CANCELED' });
    expect(await installedModels(modelsDir)).toMatchObject([{ id: 'tiny', kind: 'partial' }]);
    hub.intercept = () => false;
    hub.requests.length = 0;
    await pull();
    expect((await read(unetFile)).equals(weights)).toBe(true);
    expect(weightRequests().map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=\d{5,}-$/)]);
  });

  it('starts again when the file changed meanwhile', async () => {
    misbehave(1, cutAfter(80_000));
    const before = hub.intercept;
    hub.intercept = (request, response) => {
      if (request.headers.range !== undefined) hub.etag = '"v2"';
      return before(request, response);
    };
    await pull();
    expect((await read(unetFile)).equals(weights)).toBe(true);
  });

  it('starts again where ranges are not known, and gives up when that never gets further', async () => {
    misbehave(2, (_, response) => {
      response.writeHead(200, { 'content-length': weights.length });
      response.write(weights.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 10));
    });
    await pull();
    expect((await read(unetFile)).equals(weights)).toBe(true);
    expect(weightRequests().every(({ range }) => range === undefined)).toBe(true);
    await rm(modelsDir, { recursive: true, force: true });
    misbehave(99, (_, response) => {
      response.writeHead(200, { 'content-length': weights.length });
      response.write(weights.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 10));
    });
    expect(await words(pull())).toMatch(/^MODEL_DOWNLOAD: unet.*could not be downloaded.*continues where it stopped/);
    expect(weightRequests().length).toBeLessThan(20);
  });

  it('that answers with another range, or with 416, starts again', async () => {
    misbehave(1, cutAfter(80_000));
    const cut = hub.intercept;
    const odd = [
      (response: ServerResponse) => response.writeHead(206, { 'content-range': `bytes 7-${weights.length - 1}/${weights.length}` }).end(weights.subarray(7)),
      (response: ServerResponse) => response.writeHead(416).end(),
    ];
    hub.intercept = (request, response) => {
      if (cut(request, response)) return true;
      if (!isWeights(request)) return false;
      const answer = odd.shift();
      answer?.(response);
      return answer !== undefined;
    };
    await pull();
    expect((await read(unetFile)).equals(weights)).toBe(true);
  });

  it.each([429, 500, 503])('that says %i is asked again later', async (status) => {
    misbehave(2, (_, response) => void response.writeHead(status, { 'retry-after': '0' }).end());
    await pull();
    expect((await read(unetFile)).equals(weights)).toBe(true);
    expect(weightRequests()).toHaveLength(3);
  });

  it('waits as long as it is asked to', async () => {
    misbehave(1, (_, response) => void response.writeHead(429, { 'retry-after': '1' }).end());
    const startedAtMs = performance.now();
    await pull();
    expect(performance.now() - startedAtMs).toBeGreaterThan(950);
  });

  it('that is silent is given up and tried again', async () => {
    misbehave(1, () => undefined);
    await pull({ silenceMs: 300 });
    expect(weightRequests()).toHaveLength(2);
  });
});

describe('a hub that lies', () => {
  it.each([
    [
      'other bytes than announced',
      (_: IncomingMessage, response: ServerResponse) => void response.writeHead(200).end(Buffer.alloc(weights.length, 'x')),
      /its checksum is not the one announced/,
    ],
    [
      'too many bytes',
      (_: IncomingMessage, response: ServerResponse) => void response.writeHead(200).end(Buffer.concat([weights, weights])),
      /longer than the 300000 bytes/,
    ],
    ['a page instead of a file', (_: IncomingMessage, response: ServerResponse) => void response.writeHead(200).end('<html>Log in</html>'), /ended early/],
  ])('%s leave nothing behind', async (_, answer, expected) => {
    misbehave(99, answer);
    const outcome = await words(pull());
    expect(outcome).toMatch(/^MODEL_DOWNLOAD/);
    expect(outcome).toMatch(expected);
    await expect(stat(checkpointFolder(modelsDir, 'tiny'))).rejects.toThrow();
    hub.intercept = () => false;
    await pull();
    expect((await read(unetFile)).equals(weights)).toBe(true);
  });

  it('a Content-Length that is not true does not matter, when the bytes are right', async () => {
    misbehave(1, (_, response) => {
      response.writeHead(200, { 'content-length': 400_000 }).write(weights);
    });
    await pull({ silenceMs: 300 });
    expect((await read(unetFile)).equals(weights)).toBe(true);
    expect(weightRequests()).toHaveLength(1);
  });

  it('small files are held to git’s checksum', async () => {
    hub.intercept = (request, response) => {
      if (!request.url?.endsWith('config.json')) return false;
      response.writeHead(200).end(Buffer.alloc(config.length, 'x'));
      return true;
    };
    expect(await words(pull())).toMatch(/unet\/config\.json of a\/tiny.*checksum/);
  });

  it.each([
    'unet/../../../etc/cron.d/x.json',
    '/unet/x.json',
    'unet/..\\..\\x.json',
    'unet/a\u0000.json',
    'unet/\u001b[31m.json',
    'unet//x.json',
    'unet/./x.json',
    'unet/x.json.',
  ])('the name %j never becomes a file', async (name) => {
    hub.rename = (file) => (file === 'unet/config.json' ? name : file);
    const outcome = await pull().then(
      (folder) => readdir(folder, { recursive: true }),
      (error: AppError) => error.code,
    );
    if (Array.isArray(outcome)) expect(outcome.sort()).toEqual(['model_index.json', 'stillmotion.json', 'unet', unetFile]);
    else expect(outcome).toBe('MODEL_UNSAFE');
    expect((await readdir(modelsDir)).every((entry) => entry === 'checkpoints')).toBe(true);
  });

  it('pickles are refused where nothing else is offered', async () => {
    hub.repos.get('a/tiny')?.delete(unetFile);
    hub.repos.get('a/tiny')?.set('unet/diffusion_pytorch_model.bin', { content: weights, lfs: true });
    expect(await words(pull())).toMatch(/^MODEL_UNSAFE: .*diffusion_pytorch_model\.bin.*run code/);
    expect(weightRequests()).toEqual([]);
  });

  it.each([
    ['no JSON', 'hello'],
    ['another shape', '{"siblings":7}'],
    ['no checksums', `{"sha":"${'0'.repeat(40)}","siblings":[{"rfilename":"model_index.json","size":3},{"rfilename":"unet/config.json","size":3}]}`],
  ])('a listing with %s is refused', async (_, body) => {
    hub.intercept = (request, response) => {
      if (!request.url?.startsWith('/api/')) return false;
      response.writeHead(200).end(body);
      return true;
    };
    expect(await words(pull())).toMatch(/^MODEL_DOWNLOAD/);
  });

  it('more than the disk holds is refused before the first byte', async () => {
    hub.repos.get('a/tiny')?.set(unetFile, { content: weights, lfs: true, listedBytes: 2 ** 39 });
    expect(await words(pull())).toMatch(/^DISK_FULL: 549\.8 GB are needed/);
    expect(weightRequests()).toEqual([]);
  });
});

describe('rights', () => {
  it.each([401, 403])('%i says where to accept the licence', async (status) => {
    hub.intercept = (_, response) => Boolean(response.writeHead(status).end());
    expect(await words(pull())).toBe(
      `MODEL_GATED: The owner of a/tiny asks for consent first. Log in at ${hub.url}/a/tiny, accept the licence there, and set HF_TOKEN to an access token of that account.`,
    );
  });

  it('404 says what is not there', async () => {
    expect(await words(pull({}, { id: 'x', parts: [{ repo: 'a/none', revision: 'main', take: { unet: 'unet' } }] }))).toMatch(
      /^MODEL_NOT_FOUND: There is no a\/none at/,
    );
    const [part] = source.parts;
    if (!part) throw new Error('no part');
    expect(await words(pull({}, { id: 'x', parts: [{ ...part, take: { vae: 'vae' } }] }))).toMatch(/There is no vae in a\/tiny/);
  });

  it('the token goes to the hub and to no other host', async () => {
    const seen: (string | undefined)[] = [];
    const cdn = await startServer((request, response) => {
      seen.push(request.headers.authorization);
      sendFile(request, response, weights, '"cdn"');
    });
    closing.push(cdn.close);
    misbehave(99, (_, response) => void response.writeHead(302, { location: `${cdn.url}/blob` }).end());
    await pull({ token: 'hf_secret' });
    expect(seen).toEqual([undefined]);
    expect(hub.requests.every(({ authorization }) => authorization === 'Bearer hf_secret')).toBe(true);
    const text = await readFile(join(checkpointFolder(modelsDir, 'tiny'), 'stillmotion.json'), 'utf8');
    expect(text).not.toContain('hf_secret');
  });

  it.each([
    ['in a circle', '/a/tiny/again.safetensors', /in a circle/],
    ['to a file', 'file:///etc/passwd', /not safe/],
    ['to nowhere', 'http://', /not safe/],
  ])('a redirect %s is not followed', async (_, location, expected) => {
    hub.intercept = (request, response) => isWeights(request) && Boolean(response.writeHead(302, { location }).end());
    expect(await words(pull())).toMatch(expected);
  });
});

describe('a proxy', () => {
  it('is used, except for the hosts that need none', async () => {
    const proxy = await startProxy();
    closing.push(proxy.close);
    await pull({ proxy: proxy.url });
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(hub.url).host]));
    proxy.tunnels.length = 0;
    await rm(modelsDir, { recursive: true, force: true });
    await pull({ proxy: proxy.url, noProxy: 'example.org,127.0.0.1' });
    expect(proxy.tunnels).toEqual([]);
  });

  it.each<[string, string, boolean]>([
    ['*', 'https://a.org', true],
    ['a.org', 'https://a.org', true],
    ['a.org', 'https://sub.a.org', true],
    ['.a.org', 'https://sub.a.org', true],
    ['*.a.org', 'https://sub.a.org', true],
    ['a.org', 'https://ba.org', false],
    ['a.org:8080', 'http://a.org:8080', true],
    ['a.org:8080', 'http://a.org:81', false],
    ['b.org c.org', 'https://c.org', true],
    ['', 'https://a.org', false],
  ])('NO_PROXY “%s” and %s: direct %s', (noProxy, url, direct) => expect(bypassesProxy(noProxy, new URL(url))).toBe(direct));
});

describe('a ready bundle', () => {
  const bundles = new URL('../golden/bundles/', import.meta.url);
  /** Serves a folder of the repository as it is. */
  const serve = async (change: (path: string, content: Buffer) => Buffer = (_, content) => content) => {
    const server = await startServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://x').pathname.slice(1);
      readFile(new URL(path, bundles)).then(
        (content) => sendFile(request, response, change(path, content), `"${createHash('sha1').update(path).digest('hex')}"`),
        () => response.writeHead(404).end(),
      );
    });
    closing.push(server.close);
    return server;
  };

  it('is fetched by the address of its manifest, opened once, and can be verified', async () => {
    const server = await serve();
    const folder = await withClient({}, (context) => pullBundle(`${server.url}/modelscope-t2v/manifest.json`, 'words', context));
    expect(folder).toBe(join(modelsDir, 'words'));
    const [installed] = await installedModels(modelsDir);
    expect(installed).toMatchObject({ id: 'words', kind: 'bundle' });
    if (installed) await verifyModel(installed, new AbortController().signal);
  });

  it('that is fetched twice at once is downloaded once', async () => {
    const server = await serve();
    const asked: string[] = [];
    const pullWords = () =>
      withClient({}, (context) =>
        pullBundle(`${server.url}/modelscope-t2v/manifest.json`, 'words', { ...context, onWait: (pid) => void asked.push(String(pid)) }),
      );
    expect(await Promise.all([pullWords(), pullWords()])).toEqual([join(modelsDir, 'words'), join(modelsDir, 'words')]);
    expect(asked).toEqual([String(process.pid)]);
    expect(await readdir(modelsDir)).toEqual(['words']);
  });

  it('that is not what its manifest says is not installed, and the one before stays', async () => {
    await cp(new URL('modelscope-t2v', bundles), join(modelsDir, 'words'), { recursive: true });
    const server = await serve((path, content) => (path.endsWith('unet.onnx') ? Buffer.alloc(content.length) : content));
    expect(await words(withClient({}, (context) => pullBundle(`${server.url}/modelscope-t2v/manifest.json`, 'words', context)))).toMatch(/checksum/);
    expect(await installedModels(modelsDir)).toMatchObject([{ kind: 'bundle' }, { kind: 'partial' }]);
  });
});
