/** A job's changes as server-sent events, until it is finished or somebody hangs up. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Follower } from '../../core/follow.ts';
import { isFinal, type Job, type Standing } from '../../core/job.ts';
import { showJob } from './views.ts';

/** Proxies and phones drop connections that stay silent for about half a minute. */
const HEARTBEAT_MS = 15_000;

/**
 * Sends `event: job` with the job as `GET /v1/jobs/:id` shows it, first as it stands now. A slow reader gets the newest
 * state and misses the ones between.
 * @param closing ends the stream when the server stops
 * @param heartbeatMs after such a silence the job is looked at anew: a change may have been missed, and nobody must wait for ever
 */
export const streamJob = (c: Context, jobId: string, follower: Follower, closing: AbortSignal, heartbeatMs = HEARTBEAT_MS): Response =>
  streamSSE(c, async (stream) => {
    let newest: { job: Job; standing: Standing } | null = null;
    let wake = (): void => undefined;
    const onEnd = (): void => wake();
    const listen = (): (() => void) =>
      follower.subscribe(jobId, (job, standing) => {
        newest = { job, standing };
        wake();
      });
    let unsubscribe = listen();
    stream.onAbort(onEnd);
    closing.addEventListener('abort', onEnd);
    const takeNewest = (): typeof newest => {
      const taken = newest;
      newest = null;
      return taken;
    };
    try {
      let sent = '';
      while (!stream.aborted && !closing.aborted) {
        const change = takeNewest();
        if (change) {
          const data = JSON.stringify(showJob(change.job, change.standing));
          if (data !== sent) await stream.writeSSE({ event: 'job', data });
          sent = data;
          if (isFinal(change.job.state)) return;
          continue;
        }
        const silent = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(true), heartbeatMs);
          wake = () => {
            clearTimeout(timer);
            resolve(false);
          };
        });
        if (!silent) continue;
        await stream.write(': still here\n\n');
        unsubscribe();
        unsubscribe = listen();
      }
    } finally {
      unsubscribe();
      closing.removeEventListener('abort', onEnd);
    }
  });
