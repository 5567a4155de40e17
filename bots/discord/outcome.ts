/** Brings the outcome of a job home: into the message that showed it, else into its channel, else to the person directly. */
import type { ClipFile, DeliveryResult } from '../../core/channel.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError, noteText } from '../../core/errors.ts';
import type { Job } from '../../core/job.ts';
import { liveToken, readAddress } from './address.ts';
import { type OutgoingMessage, outcomeMessage, tooLargeMessage } from './messages.ts';
import { problemOf } from './problem.ts';
import type { DiscordRest } from './rest.ts';

/** A clip waits this long for its best way; then it takes the next one, because status edits may have used up the first for an hour. */
const PATIENCE_MS = 60_000;

/** One way to the person. @returns the id of the message sent */
type Way = (message: OutgoingMessage) => Promise<string>;

/** Safe to repeat: an edit has no second effect, and a post carries the job's id as its nonce. */
export const deliverOutcome = async (job: Job, clip: ClipFile | null, rest: DiscordRest, deps: Deps): Promise<DeliveryResult> => {
  const message = outcomeMessage(job, clip);
  let reason = 'no way back was kept';
  let retryAfterMs: number | null = null;
  for (const way of waysTo(job, rest, deps)) {
    try {
      return { kind: 'delivered', receipt: await way(message) };
    } catch (error) {
      const problem = problemOf(error);
      reason = problem.reason;
      if (problem.kind === 'too-large') return sayTooLarge(job, way);
      if (problem.kind === 'closed') continue;
      retryAfterMs ??= problem.retryAfterMs;
      if (problem.retryAfterMs <= PATIENCE_MS) break;
    }
  }
  return retryAfterMs === null
    ? { kind: 'gone', error: new AppError('CHANNEL_GONE', { reason }) }
    : { kind: 'later', retryAfterMs, error: new AppError('CHANNEL_FAILED', { reason }) };
};

const waysTo = (job: Job, rest: DiscordRest, deps: Deps): readonly Way[] => {
  const address = readAddress(job.address);
  const { applicationId, channelId, guildId, messageId, userId } = address;
  const token = liveToken(address, deps.clock.nowMs());
  const ways: Way[] = [];
  if (token !== null) {
    ways.push(async (message) => {
      try {
        return await rest.editOriginal(applicationId, token, message);
      } catch (error) {
        // Repeating a dead token gets the whole machine banned.
        if (problemOf(error).kind === 'closed') await deps.store.jobs.saveAddress(job.id, { ...job.address, interactionToken: null });
        throw error;
      }
    });
  }
  if (channelId !== null) ways.push((message) => rest.post(channelId, message, { nonce: job.id, replyTo: messageId }));
  if (guildId !== null) ways.push(async (message) => rest.post(await rest.openDirect(userId), message, { nonce: job.id, replyTo: null }));
  return ways;
};

const sayTooLarge = async (job: Job, way: Way): Promise<DeliveryResult> => {
  const error = new AppError('CLIP_TOO_BIG', { maxMb: Math.floor(job.maxClipBytes / (1024 * 1024)) });
  await way(tooLargeMessage(job, noteText(error.toNote()))).catch(() => undefined);
  return { kind: 'gone', error };
};
