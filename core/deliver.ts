/** Brings every outcome back into its conversation, however often it takes, and never gives one up because a process died. */
import type { Channel, ClipFile, DeliveryResult } from './channel.ts';
import type { Deps } from './deps.ts';
import { asAppError } from './errors.ts';
import type { Job } from './job.ts';

/** After this long an unreachable conversation is given up; the clip stays in the store. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
/** A send that has not reported within this time may be tried by another process; sends are safe to repeat. */
const LEASE_MS = 60_000;

export interface Deliverer {
  stop(): Promise<void>;
}

/** @param everyMs how often the database is asked for outcomes */
export const startDeliverer = (channels: readonly Channel[], deps: Deps, everyMs = 250): Deliverer => {
  const names = channels.map((channel) => channel.name);
  const sending = new Map<string, Promise<void>>();
  let stopped = false;

  const round = async (): Promise<void> => {
    for (const job of await deps.store.jobs.takeDeliveries(names, LEASE_MS)) {
      if (sending.has(job.id)) continue;
      const channel = channels.find((c) => c.name === job.origin.channel) as Channel;
      // One slow upload must not hold back another conversation's clip.
      sending.set(
        job.id,
        deliverOne(job, channel, deps).finally(() => sending.delete(job.id)),
      );
    }
  };

  const loop = (async () => {
    while (!stopped) {
      await round().catch((error: unknown) => deps.log.warn({ err: error }, 'looking for deliveries failed; trying again'));
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    // What was finished just before the stop still goes out.
    await round().catch(() => undefined);
    await Promise.all(sending.values());
  })();

  return {
    async stop() {
      stopped = true;
      await loop;
    },
  };
};

const deliverOne = async (job: Job, channel: Channel, deps: Deps): Promise<void> => {
  const { clock, files, log, metrics, store } = deps;
  const result = await attempt(job, channel, files);
  const ageMs = clock.nowMs() - (job.finishedAtMs ?? clock.nowMs());
  try {
    if (result.kind === 'delivered') await store.jobs.saveDelivery(job.id, 'delivered', { receipt: result.receipt });
    else if (result.kind === 'gone' || ageMs > GIVE_UP_AFTER_MS) await store.jobs.saveDelivery(job.id, 'lost', { error: result.error.toNote() });
    else {
      const retryAtMs = clock.nowMs() + Math.max(1_000, result.retryAfterMs);
      await store.jobs.saveDelivery(job.id, 'pending', { retryAtMs, error: result.error.toNote() });
    }
  } catch (error) {
    // The outcome stays pending and comes again when the lease is over; the channel recognises what it sent already.
    log.error({ err: error, jobId: job.id }, 'a delivery could not be recorded');
  }
  metrics.delivery(channel.name, result.kind);
  if (result.kind !== 'delivered') log.warn({ jobId: job.id, code: result.error.code, cause: result.error.cause }, `delivery: ${result.kind}`);
};

const attempt = async (job: Job, channel: Channel, files: Deps['files']): Promise<DeliveryResult> => {
  try {
    return await channel.deliver(job, await clipFile(job, files));
  } catch (error) {
    return { kind: 'later', retryAfterMs: 5_000, error: asAppError(error, 'CHANNEL_FAILED') };
  }
};

const clipFile = async (job: Job, files: Deps['files']): Promise<ClipFile | null> => {
  if (!job.clip || job.deleted) return null;
  const bytes = await files.get(job.clip.key);
  return bytes ? { bytes, thumbnail: await files.get(job.clip.thumbnailKey) } : null;
};
