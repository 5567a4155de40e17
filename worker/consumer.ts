/** Woken by the queue, takes the job whose turn it is, has the clip made, keeps it, and records how it ended. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deps } from '../core/deps.ts';
import type { Progress } from '../core/engine.ts';
import { AppError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { Logger } from '../core/logger.ts';
import { photoKey } from '../core/photo-key.ts';
import type { Consumer } from '../core/queue.ts';
import type { Outcome } from '../core/store.ts';
import { CHECKPOINT_FILE, RESUME_FILE } from './checkpoint.ts';
import { clipError } from './disk-full.ts';
import type { Inference } from './inference.ts';
import { makeScratch, tidyScratch } from './scratch.ts';

/** A job that took this many workers down with it is given up and refunded. */
const MAX_TRIES = 2;
/** What another try may mend: a crash, or a card that miscalculated. */
const worthAnotherTry = new Set(['ENGINE_CRASHED', 'NAN_OUTPUT', 'OUTPUT_BLANK', 'OUTPUT_FROZEN']);
const CANCEL_CHECK_MS = 250;
const DRAIN_MS = 20_000;
const PASS_ON_MS = 1_000;
const FINISH_PAUSES_MS = [200, 1_000, 5_000, 15_000];

export type ConsumerDeps = Pick<Deps, 'store' | 'queue' | 'files' | 'clock' | 'log' | 'metrics'> & {
  readonly inference: Inference;
  /** What this worker can make clips with; everything unless given. */
  readonly engines?: readonly string[];
};

/** Starts working; one clip at a time, because one clip uses the whole machine. */
export const startConsumer = (deps: ConsumerDeps): Consumer => {
  const stopping = new AbortController();
  // What workers left behind that were killed in the middle of a clip.
  void tidyScratch(Date.now()).catch((error: unknown) => deps.log.warn({ err: error }, 'scratch folders could not be tidied up'));
  const consumer = deps.queue.consume((ticket) => handle(ticket, deps, stopping.signal), { concurrency: 1 });
  return {
    async close() {
      // What runs may finish; what takes too long goes back in line and starts again elsewhere.
      const patience = setTimeout(() => stopping.abort(), DRAIN_MS);
      await consumer.close();
      clearTimeout(patience);
    },
  };
};

const checkpointKey = (jobId: string): string => `checkpoints/${jobId}`;

const handle = async (ticket: string, deps: ConsumerDeps, stopping: AbortSignal): Promise<void> => {
  const { log, store } = deps;
  const job = await store.jobs.claimNext(ticket, deps.engines);
  if (!job) return passOn(deps, stopping);
  if (job.cancelRequested) return finish(job, canceledAt(0), deps);
  if (job.tries > MAX_TRIES) return finish(job, { state: 'failed', error: { code: 'ENGINE_CRASHED', params: {} } }, deps);

  log.info({ jobId: job.id, engine: job.request.engine, attempt: job.attempt }, 'a clip is begun');
  let reached = 0;
  const onProgress = ({ fraction }: Progress): void => {
    reached = Math.max(reached, fraction);
  };
  let outcome: Outcome;
  try {
    outcome = await make(job, deps, stopping, onProgress);
  } catch (thrown) {
    const error: AppError = clipError(thrown, 'ENGINE_FAILED');
    if (stopping.aborted) return deps.store.jobs.release(job.id, job.attempt);
    if (error.code === 'CANCELED') return finish(job, canceledAt(reached), deps);
    log.error({ err: thrown, jobId: job.id, attempt: job.attempt }, 'a clip failed');
    // Everything else would fail the same way again.
    if (worthAnotherTry.has(error.code) && job.tries < MAX_TRIES) throw error;
    outcome = { state: 'failed', error: error.toNote() };
  }
  await finish(job, outcome, deps);
};

/** What was made of a canceled clip is what it costs; what the database saved last may lie behind. */
const canceledAt = (fraction: number): Outcome => ({ state: 'canceled', error: { code: 'CANCELED', params: {} }, usedShare: fraction });

/** The queue's message may have been meant for a worker with other engines; it is said once more, when that one may be listening. */
const passOn = async ({ engines, store, queue, log }: ConsumerDeps, stopping: AbortSignal): Promise<void> => {
  const other = engines && (await store.jobs.someoneElses(engines));
  if (!other) return;
  const timer = setTimeout(() => {
    if (!stopping.aborted) queue.add(other).catch((error: unknown) => log.warn({ err: error, jobId: other }, 'a job could not be passed on'));
  }, PASS_ON_MS);
  timer.unref();
};

/** A clip that is made must not be thrown away because the database was away for a moment; writing it twice does no harm. */
const untilKept = async <T>(write: () => Promise<T>, log: Logger): Promise<T> => {
  for (const pauseMs of FINISH_PAUSES_MS) {
    try {
      return await write();
    } catch (error) {
      log.warn({ err: error }, 'an outcome could not be written; trying again');
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return write();
};

const finish = async (job: Job, outcome: Outcome, deps: ConsumerDeps): Promise<void> => {
  const finished = await untilKept(() => deps.store.jobs.finish(job.id, job.attempt, outcome), deps.log);
  if (!finished) return deps.log.warn({ jobId: job.id, attempt: job.attempt }, 'another worker holds this job; this result is dropped');
  await deps.files.remove(checkpointKey(job.id)).catch(() => undefined);
  const { createdAtMs, finishedAtMs, startedAtMs } = finished;
  deps.metrics.job(job.request.engine, outcome.state, {
    wait: startedAtMs === null ? null : (startedAtMs - createdAtMs) / 1000,
    render: startedAtMs === null || finishedAtMs === null ? null : (finishedAtMs - startedAtMs) / 1000,
  });
  if (outcome.state !== 'done') deps.metrics.refund(outcome.error.code);
};

const make = async (job: Job, deps: ConsumerDeps, stopping: AbortSignal, watch: (progress: Progress) => void): Promise<Outcome> => {
  const { files, inference, log, store } = deps;
  const directory = await makeScratch();
  const abort = new AbortController();
  const cancelCheck = setInterval(() => {
    store.jobs.isCancelRequested(job.id).then(
      (wanted) => wanted && abort.abort(),
      () => undefined,
    );
  }, CANCEL_CHECK_MS);
  try {
    const photoPath = job.photo && (await files.localPath(photoKey(job.photo)));
    if (job.photo && !photoPath) throw new AppError('PHOTO_GONE');
    let saved = Promise.resolve();
    const onProgress = (progress: Progress): void => {
      watch(progress);
      saved = saved
        .then(() => store.jobs.saveProgress(job.id, job.attempt, progress))
        .catch((error: unknown) => log.warn({ err: error, jobId: job.id }, 'progress could not be saved'));
    };
    const left = await files.get(checkpointKey(job.id));
    if (left) await writeFile(join(directory, RESUME_FILE), left);
    const onCheckpoint = (step: number): void => {
      saved = saved
        .then(() => files.putFile(checkpointKey(job.id), join(directory, CHECKPOINT_FILE)))
        .then(() => log.debug({ jobId: job.id, step }, 'a checkpoint is kept'))
        .catch((error: unknown) => log.warn({ err: error, jobId: job.id, step }, 'a checkpoint could not be kept'));
    };
    const task = { jobId: job.id, request: job.request, photoPath, directory, maxBytes: job.maxClipBytes };
    const { clip, notes, timingsMs } = await inference.run(task, { signal: AbortSignal.any([abort.signal, stopping]), onProgress, onCheckpoint });
    await saved;
    const { path, thumbnailPath, ...facts } = clip;
    const key = `clips/${job.id}.${clip.format}`;
    const thumbnailKey = `clips/${job.id}.jpg`;
    await files.putFile(thumbnailKey, thumbnailPath);
    await files.putFile(key, path);
    log.info({ jobId: job.id, engine: job.request.engine, bytes: clip.bytes, timingsMs }, 'clip made');
    return { state: 'done', clip: { ...facts, key, thumbnailKey }, notes };
  } finally {
    clearInterval(cancelCheck);
    await rm(directory, { recursive: true, force: true });
  }
};
