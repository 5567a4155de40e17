/** Brings every outcome back into its conversation, however often it takes, and never gives one up because a process died. */
import { nextCeiling } from './ceiling.ts';
import type { Channel, ClipFile, DeliveryResult, Outbox } from './channel.ts';
import type { Deps } from './deps.ts';
import { AppError, asAppError, type Note } from './errors.ts';
import type { ClipRef, Job } from './job.ts';
import type { Send } from './store.ts';

/** So long after its outcome was there, or was asked for once more, an unreachable conversation is given up; the clip stays in the store. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
/** A send that has not reported within this time may be tried by another process; sends are safe to repeat. */
const LEASE_MS = 60_000;
/** A large upload takes longer than that; its lease is renewed meanwhile. */
const RENEW_MS = 20_000;
/** Each holds a whole clip in memory, and perhaps an ffmpeg. */
const MOST_AT_ONCE = 8;

/** The way of what says why no clip comes; it does not stand for the clip. */
const SENTENCE = 'sentence';

/** A clip made smaller. */
export interface Fitted extends Pick<ClipRef, 'widthPx' | 'heightPx' | 'seconds' | 'fps' | 'frameCount'> {
  readonly bytes: Uint8Array;
  readonly notes: readonly Note[];
}

/**
 * Makes a stored clip fit: quality, then size, then frames per second, then only its beginning.
 * @throws MediaError CLIP_TOO_BIG when nothing worth seeing fits
 */
export type Fit = (path: string, format: ClipRef['format'], maxBytes: number) => Promise<Fitted>;

export type DeliverDeps = Deps & { readonly fit: Fit };

export interface Deliverer {
  stop(): Promise<void>;
}

/** @param everyMs how often the database is asked for outcomes */
export const startDeliverer = (channels: readonly Channel[], deps: DeliverDeps, everyMs = 250): Deliverer => {
  const names = channels.map((channel) => channel.name);
  const sending = new Map<string, Promise<void>>();
  let stopped = false;

  const round = async (): Promise<void> => {
    const free = MOST_AT_ONCE - sending.size;
    if (free <= 0) return;
    for (const job of await deps.store.jobs.takeDeliveries(names, LEASE_MS, free)) {
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

const deliverOne = async (job: Job, channel: Channel, deps: DeliverDeps): Promise<void> => {
  const { clock, log, metrics, store } = deps;
  const hold = setInterval(() => void store.jobs.holdDelivery(job.id, LEASE_MS).catch(() => undefined), RENEW_MS);
  const result = await bring(job, channel, deps)
    .catch((error: unknown): DeliveryResult => ({ kind: 'later', retryAfterMs: 5_000, error: asAppError(error, 'CHANNEL_FAILED') }))
    .finally(() => clearInterval(hold));
  try {
    const triedForMs = async (): Promise<number> => clock.nowMs() - ((await store.deliveries.collectedAtMs(job.id)) ?? job.finishedAtMs ?? clock.nowMs());
    if (result.kind === 'delivered') await store.jobs.saveDelivery(job.id, 'delivered', { receipt: result.receipt });
    else if (result.kind !== 'later' || (await triedForMs()) > GIVE_UP_AFTER_MS)
      await store.jobs.saveDelivery(job.id, 'lost', { error: result.error.toNote() });
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

/** Sends the outcome; a place that refuses its size teaches its ceiling and gets a smaller clip at once. */
const bring = async (job: Job, channel: Channel, deps: DeliverDeps): Promise<DeliveryResult> => {
  const { deliveries } = deps.store;
  const { place } = job.origin;
  const earlier = await deliveries.sends(job.id);
  // It went out, and only the line in the job's own record is missing.
  const sent = earlier.find(({ outcome, way }) => outcome === 'sent' && way !== SENTENCE);
  if (sent) return { kind: 'delivered', receipt: sent.receipt ?? '' };
  if (earlier.some(({ outcome }) => outcome === null)) deps.metrics.delivery(channel.name, 'repeated after a crash');
  const outbox = openOutbox(job, earlier, deps);
  let ceilingBytes = Math.min(job.maxClipBytes, (await deliveries.ceiling(place)) ?? Number.POSITIVE_INFINITY);
  try {
    for (;;) {
      const { shown, clip } = await fitted(job, ceilingBytes, deps);
      const result = await channel.deliver(shown, clip, outbox);
      if (result.kind !== 'too-large') return result;
      // A clip that was made too large must not bring the same ceiling again.
      const lower = clip && nextCeiling(Math.min(clip.bytes.length, ceilingBytes));
      if (!lower) throw tooBig(ceilingBytes);
      await deliveries.learnCeiling(place, lower);
      deps.log.info({ jobId: job.id, refusedBytes: clip.bytes.length, ceilingBytes: lower }, 'the place takes smaller files than it said');
      ceilingBytes = lower;
    }
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code !== 'CLIP_TOO_BIG') throw thrown;
    // A sentence instead; the clip itself stays in the store.
    const said = await channel.deliver({ ...job, state: 'failed', error: error.toNote() }, null, {
      ...outbox,
      log: (_way, send) => outbox.log(SENTENCE, send),
    });
    return said.kind === 'later' ? said : { kind: 'gone', error };
  }
};

const tooBig = (ceilingBytes: number): AppError => new AppError('CLIP_TOO_BIG', { maxMb: Math.round(ceilingBytes / 104_857.6) / 10 });

/** What an answer of the platform leaves open: everything but a refusal. */
const isRefusal = (outcome: string): boolean => outcome.startsWith(REFUSED);
const REFUSED = 'refused: ';

const openOutbox = (job: Job, earlier: readonly Send[], { log, store }: DeliverDeps): Outbox => {
  let mayHaveArrived = earlier.some(({ outcome }) => outcome === null || !isRefusal(outcome));
  return {
    get mayHaveArrived() {
      return mayHaveArrived;
    },
    async log(way, send) {
      const id = await store.deliveries.beginSend(job.id, way);
      // What was sent was sent, whether or not that could be written down.
      const end = (outcome: string, receipt?: string): Promise<void> =>
        store.deliveries
          .endSend(id, outcome, receipt)
          .catch((error: unknown) => log.warn({ err: error, jobId: job.id, way }, 'the end of a send could not be written down'));
      try {
        const receipt = await send();
        await end('sent', receipt);
        return receipt;
      } catch (error) {
        const outcome = `${isAnswer(error) ? REFUSED : ''}${error instanceof Error ? error.name : 'failed'}`;
        mayHaveArrived ||= !isRefusal(outcome);
        await end(outcome);
        throw error;
      }
    },
  };
};

/** A platform that answered has not taken the message; one that did not answer may have. */
const isAnswer = (error: unknown): boolean => {
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
  return (status >= 400 && status < 500) || (error instanceof Error && error.name.startsWith('RateLimitError'));
};

/** The job as it shall be shown, and its file, made smaller where it must be. */
const fitted = async (job: Job, ceilingBytes: number, { files, fit: makeSmaller }: DeliverDeps): Promise<{ shown: Job; clip: ClipFile | null }> => {
  if (!job.clip || job.deleted) return { shown: job, clip: null };
  const bytes = await files.get(job.clip.key);
  if (!bytes) return { shown: job, clip: null };
  const thumbnail = await files.get(job.clip.thumbnailKey);
  if (bytes.length <= ceilingBytes) return { shown: job, clip: { bytes, thumbnail } };
  const path = await files.localPath(job.clip.key);
  if (path === null) return { shown: job, clip: null };
  const { bytes: smaller, notes, ...facts } = await makeSmaller(path, job.clip.format, ceilingBytes);
  return { shown: { ...job, clip: { ...job.clip, ...facts, bytes: smaller.length }, notes: [...job.notes, ...notes] }, clip: { bytes: smaller, thumbnail } };
};
