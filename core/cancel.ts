/** Use cases: the owner cancels a job, or removes a finished clip. Nobody can touch another person's job. */
import type { Deps } from './deps.ts';
import { AppError } from './errors.ts';
import { isFinal, type Job } from './job.ts';

const owned = async (jobId: string, user: string, deps: Deps): Promise<Job> => {
  const job = await deps.store.jobs.find(jobId);
  if (!job || job.deleted) throw new AppError('JOB_UNKNOWN');
  if (job.origin.user !== user) throw new AppError('NOT_YOURS');
  return job;
};

/**
 * Cancels a waiting job at once; a running one stops within one step. What had not been made of it comes back to the quota.
 * @throws InputError JOB_UNKNOWN, JOB_FINISHED; RefusedError NOT_YOURS
 */
export const cancel = async (jobId: string, user: string, deps: Deps): Promise<Job> => {
  const job = await owned(jobId, user, deps);
  if (isFinal(job.state)) throw new AppError('JOB_FINISHED');
  const canceled = await deps.store.jobs.cancel(jobId);
  if (!canceled) throw new AppError('JOB_UNKNOWN');
  if (canceled.state === 'canceled') {
    deps.metrics.job(job.request.engine, 'canceled', { wait: null, render: null });
    await deps.queue.remove(jobId).catch(() => undefined);
  }
  return canceled;
};

/**
 * Cancels the person's newest unfinished job in a place.
 * @throws InputError NOTHING_TO_CANCEL
 */
export const cancelNewest = async (user: string, place: string, deps: Deps): Promise<Job> => {
  const [newest] = await deps.store.jobs.unfinishedOf(user, place);
  if (!newest) throw new AppError('NOTHING_TO_CANCEL');
  return cancel(newest.id, user, deps);
};

/**
 * Removes a finished clip's files; the record stays for the books. The channel removes its message itself.
 * @param asModerator a moderator of the clip's place may remove anybody's clip there
 * @throws InputError JOB_UNKNOWN; RefusedError NOT_YOURS
 */
export const removeClip = async (jobId: string, user: string, deps: Deps, asModerator = false): Promise<Job> => {
  const job = asModerator ? await deps.store.jobs.find(jobId) : await owned(jobId, user, deps);
  if (!job || job.deleted) throw new AppError('JOB_UNKNOWN');
  if (!isFinal(job.state)) return cancel(jobId, job.origin.user, deps);
  await deps.store.jobs.markDeleted(jobId);
  if (job.clip) {
    await deps.files.remove(job.clip.key);
    await deps.files.remove(job.clip.thumbnailKey);
  }
  return job;
};
