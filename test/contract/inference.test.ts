/** The inference process with the real engine at a tiny size: clips, cancellation, crashes, silence, and a parent that vanishes. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { manifests } from '../../config/engines.ts';
import type { Progress } from '../../core/engine.ts';
import type { Logger } from '../../core/logger.ts';
import { type ClipOptionsInput, type ClipRequest, resolveRequest } from '../../core/request.ts';
import { createInference, type Inference, type InferenceOptions, type InferenceTask } from '../../worker/inference.ts';
import { INFERENCE_NICENESS } from '../../worker/priority.ts';
import { inspectClip } from '../support/frames.ts';
import { jpeg } from '../support/photos.ts';

const [motion] = manifests;
if (!motion) throw new Error('there is no engine');

let directory = '';
let photoPath = '';
/** Most tests share one process, as in real life; those that need settings of their own begin another. */
let shared: Inference;
let own: Inference | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inference-test-'));
  photoPath = join(directory, 'photo');
  await writeFile(photoPath, await jpeg(192, 128));
  shared = create();
});
afterAll(async () => {
  await shared.close();
  await rm(directory, { recursive: true, force: true });
});
afterEach(async () => {
  await own?.close();
  own = undefined;
});

const lines: string[] = [];
const write = (fields: object | string, message?: string): void => void lines.push(`${message ?? String(fields)} ${JSON.stringify(fields)}`);
const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };

const create = (more: Partial<InferenceOptions> = {}): Inference =>
  createInference({ manifests, modelsDir: 'unused', providers: ['cpu'], threads: 1, ffmpegPath: null, log, ...more });

const begin = (more?: Partial<InferenceOptions>): Inference => {
  own = create(more);
  return own;
};

const request = (options: ClipOptionsInput = {}): ClipRequest =>
  resolveRequest(
    motion,
    'waves on the lake, slow zoom in',
    { seconds: 1, fps: 8, steps: 4, seed: 7, widthPx: 96, ...options },
    { widthPx: 192, heightPx: 128 },
    () => 0,
  );

let jobs = 0;
const task = async (options?: ClipOptionsInput, more: Partial<InferenceTask> = {}): Promise<InferenceTask> => {
  const jobId = `job${++jobs}`;
  return { jobId, request: request(options), photoPath, directory: await mkdtemp(join(directory, jobId)), maxBytes: 8_000_000, ...more };
};

const never = new AbortController().signal;
const quiet = { signal: never, onProgress: () => undefined };

/** Process ids of the inference processes this process started, oldest first: by the time they began, for ids wrap around at `pid_max`. */
const children = async (parent = process.pid): Promise<number[]> => {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const [stat, line] = await Promise.all([readFile(`/proc/${id}/stat`, 'utf8').catch(() => ''), readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')]);
      // proc_pid_stat(5): what follows the name begins with field 3, the state; field 4 is the parent, field 22 the start in clock ticks.
      const [state, ppid, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const mine = line.includes('worker/child.ts') && state !== 'Z' && Number(ppid) === parent;
      return mine ? [{ pid: Number(id), startTicks: Number(rest[17]) }] : [];
    }),
  );
  return found
    .flat()
    .sort((a, b) => a.startTicks - b.startTicks)
    .map(({ pid }) => pid);
};

/** The process started last. */
const newestChild = async (): Promise<number> => (await children()).at(-1) ?? 0;

/** Calls back once, when the run reports a stage for the first time. */
const at = (stage: Progress['stage'], act: () => unknown) => {
  let done = false;
  return (progress: Progress): void => {
    if (done || progress.stage !== stage || progress.done === 0) return;
    done = true;
    void act();
  };
};

describe('the inference process', () => {
  it('makes a clip, reports rising progress, and stays warm for the next', async () => {
    const { run } = shared;
    const progress: Progress[] = [];
    const first = await run(await task(), { signal: never, onProgress: (p) => progress.push(p) });
    expect(await inspectClip(first.clip.path)).toMatchObject({ codec: 'h264', widthPx: 96, heightPx: 64, fps: 8, frameCount: 8 });
    expect(first.clip).toMatchObject({ format: 'mp4', widthPx: 96, heightPx: 64, fps: 8, frameCount: 8, seconds: 1 });
    expect((await readFile(first.clip.thumbnailPath)).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));

    const fractions = progress.map((p) => p.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBeGreaterThan(0.95);
    expect(new Set(progress.map((p) => p.stage))).toEqual(new Set(['load', 'encode', 'denoise', 'render']));
    for (const stage of ['load', 'photo', 'denoise', 'render'] as const) expect(first.timingsMs[stage], stage).toBeGreaterThan(0);

    const pid = await newestChild();
    const second = await run(await task(), quiet);
    expect(await newestChild()).toBe(pid);
    expect(second.timingsMs.load).toBeLessThan(first.timingsMs.load);
    expect((await readFile(second.clip.path)).equals(await readFile(first.clip.path)), 'same seed, same clip').toBe(true);
  });

  it('makes a GIF within its limit and hands on what must be said about it', async () => {
    const { clip, notes } = await shared.run(await task({ format: 'gif' }, { maxBytes: 3000 }), quiet);
    expect(clip.bytes).toBeLessThanOrEqual(3000);
    expect(notes.map((note) => note.code)).toContain('NOTE_REDUCED');
  });

  const hasProc = existsSync('/proc/self/task');
  it.skipIf(!hasProc)(`stands back behind the bot with every thread${hasProc ? '' : ' (skipped: this system has no /proc)'}`, async () => {
    await shared.run(await task(), quiet);
    const pid = await newestChild();
    const threads = await readdir(`/proc/${pid}/task`);
    // proc_pid_stat(5): field 19 is the niceness; 16 fields lie between it and the name.
    const niceness = async (thread: string): Promise<number> => {
      const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    };
    expect(threads.length).toBeGreaterThan(1);
    // A low priority is never raised, so where the tests themselves stand back further the process does as well.
    const expected = Math.max(INFERENCE_NICENESS, getPriority());
    expect(new Set(await Promise.all(threads.map(niceness)))).toEqual(new Set([expected]));
    // Its session is a scheduling group where the kernel has such.
    const group = await readFile(`/proc/${pid}/autogroup`, 'utf8').catch(() => '');
    if (group !== '') expect(group).toMatch(new RegExp(`nice ${INFERENCE_NICENESS}$`, 'm'));
  });

  it('takes tasks one after the other', async () => {
    const { run } = shared;
    const order: string[] = [];
    const [a, b] = [await task(), await task()];
    await Promise.all([a, b].map((t) => run(t, { signal: never, onProgress: () => order.push(t.jobId) })));
    expect(order.lastIndexOf(a.jobId)).toBeLessThan(order.indexOf(b.jobId));
    expect(await children()).toHaveLength(1);
  });

  it('writes the tensors of a run when asked to', async () => {
    const trace = join(directory, 'trace');
    await shared.run(await task({}, { trace }), quiet);
    const names = await readdir(trace);
    expect(names).toEqual(expect.arrayContaining(['context.npy', 'initial_noise_field.npy', 'latents_field_03.npy', 'frame_007.npy']));
    expect((await readFile(join(trace, 'frame_000.npy'))).subarray(1, 6).toString()).toBe('NUMPY');
  });
});

describe('errors cross the border', () => {
  it('as code and parameters, with the detail for the log', async () => {
    const broken = join(directory, 'broken');
    await writeFile(broken, 'not a photo');
    const { run } = shared;
    const failure = run(await task({}, { photoPath: broken }), quiet);
    await expect(failure).rejects.toMatchObject({ code: 'PHOTO_BROKEN', name: 'InputError', cause: expect.any(Error) });
    // The process survived it.
    const pid = await newestChild();
    await run(await task(), quiet);
    expect(await newestChild()).toBe(pid);
  });

  it('also from ffmpeg and from the registry of engines', async () => {
    const { run } = begin({ ffmpegPath: '/nowhere/ffmpeg' });
    await expect(run(await task(), quiet)).rejects.toMatchObject({ code: 'FFMPEG_MISSING' });
    await expect(run(await task({}, { request: { ...request(), engine: 'imaginary' } }), quiet)).rejects.toMatchObject({
      code: 'ENGINE_UNKNOWN',
      params: { engine: 'imaginary' },
    });
  });
});

describe('cancellation', () => {
  it.each(['denoise', 'render'] as const)('stops within one step of %s and leaves nothing', async (stage) => {
    const { run } = shared;
    const abort = new AbortController();
    const canceled = await task({ seconds: 8, steps: 40 });
    let abortedAtMs = 0;
    const onProgress = at(stage, () => {
      abortedAtMs = performance.now();
      abort.abort();
    });
    await expect(run(canceled, { signal: abort.signal, onProgress })).rejects.toMatchObject({ code: 'CANCELED' });
    expect(performance.now() - abortedAtMs).toBeLessThan(5000);
    expect(await readdir(canceled.directory)).toEqual([]);
    // The same process goes on.
    const pid = await newestChild();
    await run(await task(), quiet);
    expect(await newestChild()).toBe(pid);
  });

  it('kills a process that does not listen', async () => {
    const { run } = begin({ patienceMs: 300 });
    const abort = new AbortController();
    let stopped = 0;
    const onProgress = at('denoise', async () => {
      stopped = await newestChild();
      process.kill(stopped, 'SIGSTOP');
      abort.abort();
    });
    await expect(run(await task({ seconds: 8 }), { signal: abort.signal, onProgress })).rejects.toMatchObject({ code: 'CANCELED' });
    await run(await task(), quiet);
    expect(await newestChild()).not.toBe(stopped);
  });

  it('a task canceled while it waits never starts', async () => {
    const { run } = shared;
    const abort = new AbortController();
    const first = run(await task(), quiet);
    const second = run(await task(), { signal: abort.signal, onProgress: () => expect.unreachable() });
    abort.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELED' });
    await first;
  });

  it('closing cancels what runs, and nothing starts afterwards', async () => {
    const { run, close } = begin();
    const running = run(await task({ seconds: 8 }), { signal: never, onProgress: at('denoise', close) });
    await expect(running).rejects.toMatchObject({ code: 'CANCELED' });
    await expect(run(await task(), quiet)).rejects.toMatchObject({ code: 'CANCELED' });
    const before = await children();
    await close();
    expect(await children()).toEqual(before);
  });
});

describe('crashes', () => {
  it('a killed process is ENGINE_CRASHED, and the next run gets a new one', async () => {
    const { run } = begin();
    let killed = 0;
    const onProgress = at('denoise', async () => {
      killed = await newestChild();
      process.kill(killed, 'SIGKILL');
    });
    await expect(run(await task({ seconds: 8 }), { signal: never, onProgress })).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      retry: 'later',
      cause: { message: expect.stringContaining('SIGKILL') },
    });
    const { clip } = await run(await task(), quiet);
    expect(clip.frameCount).toBe(8);
    expect(await newestChild()).not.toBe(killed);
  });

  it('a process killed between two tasks is replaced silently', async () => {
    const { run } = shared;
    await run(await task(), quiet);
    const pid = await newestChild();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
    await run(await task(), quiet);
  });

  it('a process that says nothing is ENGINE_TIMEOUT, and the next run gets a new one', async () => {
    // Waking up takes seconds on a busy machine; only then silence may count.
    const { run } = begin({ silenceMs: 8000 });
    await run(await task(), quiet);
    const onProgress = at('denoise', async () => process.kill(await newestChild(), 'SIGSTOP'));
    await expect(run(await task({ seconds: 8 }), { signal: never, onProgress })).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT', params: { seconds: 8 } });
    await run(await task(), quiet);
  });

  it('the process ends when its parent is gone', async () => {
    const script = join(directory, 'parent.mts');
    const here = join(import.meta.dirname, '..', '..');
    await writeFile(
      script,
      `import { createInference } from ${JSON.stringify(join(here, 'worker/inference.ts'))};
       import { manifests } from ${JSON.stringify(join(here, 'config/engines.ts'))};
       const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
       const inference = createInference({ manifests, modelsDir: 'unused', providers: ['cpu'], threads: 1, ffmpegPath: null, log });
       const task = ${JSON.stringify(await task({ seconds: 8, steps: 40 }))};
       inference.run(task, { signal: new AbortController().signal, onProgress: (p) => p.done > 0 && console.log(p.stage) }).catch((error) => { console.error(error); process.exit(1); });`,
    );
    const parent = spawn(process.execPath, ['--import', 'tsx', script], { cwd: here, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: parent.stdout })) if (line === 'denoise') break;
    const [orphan] = await children(parent.pid);
    expect(orphan).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    // In a container nobody may collect the orphan; a dead one has no command line.
    await expect.poll(() => readFile(`/proc/${orphan}/cmdline`, 'utf8').catch(() => ''), { timeout: 10_000 }).toBe('');
  });
});
