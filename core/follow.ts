/** Watches the database for changed jobs and tells whoever shows them: chat status messages and open web pages. */
import type { Channel } from './channel.ts';
import type { Deps } from './deps.ts';
import { isFinal, type Job, type Standing } from './job.ts';

export type JobListener = (job: Job, standing: Standing) => void;

export interface Follower {
  /** Calls back on every change of one job, first with how it stands now. @returns unsubscribe */
  subscribe(jobId: string, listener: JobListener): () => void;
  stop(): Promise<void>;
}

/**
 * @param channels channels of this process; each gets `showStatus` for its own jobs, at most one call at a time per job, and once
 *   more when a job has ended: nothing of it is to be shown from then on, because the outcome is the delivery's task
 * @param everyMs how often the database is asked; one cheap query each time
 */
export const startFollower = (channels: readonly Channel[], deps: Deps, everyMs = 300): Follower => {
  const { jobs } = deps.store;
  const listeners = new Map<string, Set<JobListener>>();
  const showing = new Set<string>();
  let cursor = 0;
  let seen = new Map<string, number>();
  let stopped = false;

  const show = async (job: Job, standing: Standing): Promise<void> => {
    const channel = channels.find((c) => c.name === job.origin.channel);
    // The end is told even while another state is being shown: the outcome may be sent by another process, and an edit of this
    // one that still waits for its turn would overwrite the clip.
    if (!channel || (showing.has(job.id) && !isFinal(job.state))) return;
    showing.add(job.id);
    try {
      await channel.showStatus(job, standing);
    } catch (error) {
      deps.log.warn({ err: error, jobId: job.id }, 'status could not be shown');
    } finally {
      showing.delete(job.id);
    }
  };

  const tell = async (told: readonly Job[]): Promise<void> => {
    const standings = await jobs.standings(told);
    for (const [index, job] of told.entries()) {
      const standing = standings[index] ?? { position: 0, secondsLeft: null };
      for (const listener of listeners.get(job.id) ?? []) listener(job, standing);
      void show(job, standing);
    }
  };

  const round = async (): Promise<void> => {
    const { jobs: found, cursor: next } = await jobs.changedSince(cursor);
    const changed = found.filter((job) => seen.get(job.id) !== job.revision);
    if (changed.length > 0) await tell(changed);
    // Only now: what could not be told is found again in the next round.
    cursor = next;
    seen = new Map(found.map((job) => [job.id, job.revision]));
    // When something started or ended, everybody behind it moved up.
    if (changed.some((job) => job.state !== 'waiting' && (job.progress === null || isFinal(job.state)))) {
      await tell((await jobs.waiting(50)).filter((job) => !changed.some((c) => c.id === job.id)));
    }
  };

  const loop = (async () => {
    while (!stopped) {
      await round().catch((error: unknown) => deps.log.warn({ err: error }, 'following jobs failed; trying again'));
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();

  return {
    subscribe(jobId, listener) {
      const set = listeners.get(jobId) ?? new Set();
      listeners.set(jobId, set.add(listener));
      void jobs
        .find(jobId)
        .then(async (job) => job && set.has(listener) && listener(job, await jobs.standing(job)))
        .catch(() => undefined);
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(jobId);
      };
    },
    async stop() {
      stopped = true;
      await loop;
    },
  };
};
