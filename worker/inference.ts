/** Runs inference in a process of its own, so that a crash costs one attempt and nothing here ever waits for a tensor. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Progress } from '../core/engine.ts';
import { AppError, fromNote } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Made } from './make-clip.ts';
import { type InferenceTask, type ToChild, type ToParent, toParent } from './messages.ts';
import { standBack } from './priority.ts';
import type { ResidencyOptions } from './residency.ts';

export type { InferenceTask } from './messages.ts';

export interface InferenceOptions extends ResidencyOptions {
  /** See `findFfmpeg`. */
  readonly ffmpegPath: string | null;
  readonly log: Logger;
  /** A process that says nothing for so long while it works is given up. */
  readonly silenceMs?: number;
  /** How long a canceled task may take to stop by itself. */
  readonly patienceMs?: number;
}

export interface InferenceContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** A checkpoint lies in the task's directory, as `CHECKPOINT_FILE`. */
  readonly onCheckpoint?: (step: number) => void;
}

export interface Inference {
  /**
   * One clip; tasks wait for each other.
   * @throws everything that engines, photos and the encoder throw; EngineError ENGINE_CRASHED, ENGINE_TIMEOUT; CanceledError
   */
  run(task: InferenceTask, context: InferenceContext): Promise<Made>;
  /** Ends the process; a running task is canceled. Repeatable. */
  close(): Promise<void>;
}

/** The task a process is working on. */
interface Pending {
  readonly worker: ChildProcess;
  readonly jobId: string;
  readonly onMessage: (message: ToParent) => void;
  readonly fail: (error: AppError) => void;
}

const STDERR_TAIL_CHARACTERS = 4000;
/** What a new process may be silent for during its first task, which loads code and models, on a machine that is busy with other things. */
const WAKING_MS = 120_000;

export const createInference = ({ log, ffmpegPath, silenceMs = 120_000, patienceMs = 5000, ...options }: InferenceOptions): Inference => {
  let child: ChildProcess | undefined;
  let pending: Pending | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;

  const start = (): ChildProcess => {
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    // A group of its own: a Ctrl-C meant for the program must not kill the clip that may still be finished, and killing
    // the group takes ffmpeg along.
    const started = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [], {
      execArgv: ['--import', loader],
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    if (started.pid !== undefined) standBack(started.pid, log);
    let stderr = '';
    started.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_TAIL_CHARACTERS);
    });
    // What a process says or does after it was given up must not touch the task of the next one.
    const current = (): Pending | undefined => (pending?.worker === started ? pending : undefined);
    started.on('message', (raw) => {
      const { data: message, error } = toParent.safeParse(raw);
      if (error) {
        log.error({ err: error }, 'the inference process sent something else than agreed');
        kill(started);
      } else if (message.type === 'log') log[message.level](message.fields, message.message);
      else if (message.jobId === pending?.jobId) current()?.onMessage(message);
    });
    const forget = (): void => {
      if (child === started) child = undefined;
    };
    const crash = (cause: Error): void => {
      forget();
      current()?.fail(new AppError('ENGINE_CRASHED', {}, { cause }));
    };
    started.on('error', crash);
    started.on('exit', forget);
    // Its last words have been read by then.
    started.on('close', (code, signal) => crash(new Error(`the inference process ended (${signal ?? code})\n${stderr}`)));
    tell(started, { type: 'start', options: { ...options, manifests: [...options.manifests], providers: [...options.providers] }, ffmpegPath });
    return started;
  };

  const attempt = (task: InferenceTask, { signal, onProgress, onCheckpoint }: InferenceContext): Promise<Made> =>
    new Promise((resolve, reject) => {
      if (signal.aborted || closed) return reject(new AppError('CANCELED'));
      const allowedMs = child === undefined ? Math.max(silenceMs, WAKING_MS) : silenceMs;
      child ??= start();
      const worker = child;
      const timers: { silence?: NodeJS.Timeout; patience?: NodeJS.Timeout } = {};

      const settle = (): void => {
        pending = undefined;
        clearTimeout(timers.silence);
        clearTimeout(timers.patience);
        signal.removeEventListener('abort', cancel);
      };
      const fail = (error: AppError): void => {
        settle();
        reject(signal.aborted || closed ? new AppError('CANCELED') : error);
      };
      const giveUp = (error: AppError): void => {
        kill(worker);
        if (child === worker) child = undefined;
        fail(error);
      };
      const listen = (forMs: number): void => {
        clearTimeout(timers.silence);
        timers.silence = setTimeout(() => giveUp(new AppError('ENGINE_TIMEOUT', { seconds: forMs / 1000 })), forMs);
      };
      const cancel = (): void => {
        tell(worker, { type: 'cancel', jobId: task.jobId });
        timers.patience = setTimeout(() => giveUp(new AppError('CANCELED')), patienceMs);
      };

      pending = {
        worker,
        jobId: task.jobId,
        fail,
        onMessage: (message) => {
          listen(allowedMs);
          if (message.type === 'progress') onProgress(message.progress);
          if (message.type === 'checkpoint') onCheckpoint?.(message.step);
          if (message.type === 'done') {
            settle();
            resolve(message.made);
          }
          if (message.type === 'failed') {
            const { code, params } = fromNote(message.error);
            fail(new AppError(code, params, { cause: new Error(message.detail) }));
          }
        },
      };
      signal.addEventListener('abort', cancel, { once: true });
      listen(allowedMs);
      tell(worker, { type: 'run', task });
    });

  return {
    run(task, context) {
      const result = queue.then(() => attempt(task, context));
      queue = result.catch(() => undefined);
      return result;
    },
    async close() {
      closed = true;
      const last = child;
      if (!last) return;
      const gone = new Promise((resolve) => last.once('close', resolve));
      kill(last);
      await gone;
    },
  };
};

const tell = (child: ChildProcess, message: ToChild): void => {
  // A process that just died reports it by its own event.
  if (child.connected) child.send(message, () => undefined);
};

/** Kills the process and every ffmpeg it started. */
const kill = (child: ChildProcess): void => {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
};
