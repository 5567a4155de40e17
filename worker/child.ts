/** The inference process: takes one task at a time from its parent, keeps the engine warm, and ends when the parent is gone. */
import { inspect } from 'node:util';
import type { Logger } from '../core/logger.ts';
import { checkpointKey, openCheckpoints } from './checkpoint.ts';
import { clipError } from './disk-full.ts';
import { makeClip } from './make-clip.ts';
import { type InferenceTask, type ToChild, type ToParent, toChild } from './messages.ts';
import { createResidency, type Residency } from './residency.ts';
import { createTrace } from './trace.ts';

const send = (message: ToParent): void => {
  if (process.connected) process.send?.(message);
};

/** Errors lose their text in JSON; everything else in a log line survives. */
const printable = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? inspect(value, { depth: 4 }) : value]));

const createRemoteLog = (bindings: object = {}): Logger => {
  const writer = (level: Extract<ToParent, { type: 'log' }>['level']) => (fields: object | string, message?: string) => {
    const own = typeof fields === 'string' ? {} : fields;
    send({ type: 'log', level, fields: printable({ ...bindings, ...own }), message: message ?? String(fields) });
  };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    child: (more) => createRemoteLog({ ...bindings, ...more }),
  };
};

const log = createRemoteLog();
let residency: Residency | undefined;
let ffmpegPath: string | null = null;
let providers: readonly string[] = [];
let running: { readonly jobId: string; readonly abort: AbortController } | undefined;

const run = async (task: InferenceTask): Promise<void> => {
  const { jobId } = task;
  const abort = new AbortController();
  running = { jobId, abort };
  try {
    if (!residency) throw new Error('a task came before the start message');
    const engine = await residency.engine(task.request.engine);
    const key = checkpointKey(engine.manifest, task.request, providers);
    const checkpoints = await openCheckpoints(task.directory, key, (step) => send({ type: 'checkpoint', jobId, step }));
    if (checkpoints.last) log.info({ jobId, step: checkpoints.last.step }, 'going on where an earlier attempt stopped');
    const made = await makeClip(engine, task, {
      checkpoints,
      signal: abort.signal,
      onProgress: (progress) => send({ type: 'progress', jobId, progress }),
      trace: task.trace === undefined ? undefined : createTrace(task.trace),
      ffmpegPath,
    });
    running = undefined;
    send({ type: 'done', jobId, made });
  } catch (error) {
    running = undefined;
    send({ type: 'failed', jobId, error: clipError(error, 'ENGINE_FAILED').toNote(), detail: inspect(error, { depth: 6 }).slice(0, 8000) });
  }
};

const handlers: { readonly [T in ToChild['type']]: (message: Extract<ToChild, { type: T }>) => void } = {
  start: (message) => {
    residency = createResidency(message.options, log);
    ffmpegPath = message.ffmpegPath;
    providers = message.options.providers;
  },
  run: ({ task }) => void run(task),
  cancel: ({ jobId }) => {
    if (running?.jobId === jobId) running.abort.abort();
  },
};

process.on('message', (raw) => {
  const message = toChild.parse(raw);
  (handlers[message.type] as (message: ToChild) => void)(message);
});
process.on('disconnect', () => process.exit(0));
