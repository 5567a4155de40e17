/** Use case: a person fetches a finished clip that did not reach them, or reached them elsewhere. */
import type { Deps } from './deps.ts';
import { AppError } from './errors.ts';
import type { Address, Job } from './job.ts';

export interface CollectCall {
  readonly user: string;
  /** The job's id, or null for the person's newest clip; one that never arrived comes first. */
  readonly code: string | null;
  /** Where it shall go now. */
  readonly address: Address;
  readonly maxClipBytes: number;
}

/**
 * Sends a finished clip once more, to where it was asked for; the deliverer does the rest.
 * @throws InputError JOB_UNKNOWN, CLIP_NOT_READY; RefusedError NOT_YOURS
 */
export const collect = async ({ user, code, address, maxClipBytes }: CollectCall, { store, files }: Deps): Promise<Job> => {
  const job = await (code === null ? store.jobs.uncollected(user) : store.jobs.find(code));
  if (!job || job.deleted) throw new AppError('JOB_UNKNOWN');
  if (job.origin.user !== user) throw new AppError('NOT_YOURS');
  if (job.state === 'waiting' || job.state === 'running') throw new AppError('CLIP_NOT_READY');
  if (!job.clip || (await files.localPath(job.clip.key)) === null) throw new AppError('JOB_UNKNOWN');
  await store.jobs.redeliver(job.id, address, maxClipBytes);
  return job;
};
