/** Brings the outcome of a job home: into the message that showed it, else into its channel, else to the person directly. */
import type { ClipFile, DeliveryResult, Outbox } from '../../core/channel.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError } from '../../core/errors.ts';
import type { Job } from '../../core/job.ts';
import { liveToken, readAddress } from './address.ts';
import { type OutgoingMessage, outcomeMessage } from './messages.ts';
import { problemOf } from './problem.ts';
import type { DiscordRest } from './rest.ts';

/** A clip waits this long for its best way; then it takes the next one, because status edits may have used up the first for an hour. */
const PATIENCE_MS = 60_000;

/** One way to the person. */
interface Way {
  readonly name: string;
  /** @returns the id of the message sent */
  send(message: OutgoingMessage): Promise<string>;
  /** Looks for a file of ours where this way leads. @returns the id of its message, or null */
  find?(filename: string): Promise<string | null>;
}

/** Safe to repeat: an edit has no second effect, and a post carries the job's id as its nonce. */
export const deliverOutcome = async (job: Job, clip: ClipFile | null, rest: DiscordRest, deps: Deps, outbox: Outbox): Promise<DeliveryResult> => {
  const message = outcomeMessage(job, clip);
  let reason = 'no way back was kept';
  let retryAfterMs: number | null = null;
  const ways = waysTo(job, rest, deps);
  // Discord recognises a repeated post for some minutes and in one channel only; beyond that we must look ourselves.
  const [file] = message.files;
  if (outbox.mayHaveArrived && file !== undefined) {
    for (const { find } of ways) {
      try {
        const there = await find?.(file.name ?? '');
        if (there) return { kind: 'delivered', receipt: there };
      } catch (error) {
        const problem = problemOf(error);
        // Not to know is no reason to send it twice.
        if (problem.kind === 'later')
          return { kind: 'later', retryAfterMs: problem.retryAfterMs, error: new AppError('CHANNEL_FAILED', { reason: problem.reason }) };
      }
    }
  }
  for (const way of ways) {
    try {
      return { kind: 'delivered', receipt: await outbox.log(way.name, () => way.send(message)) };
    } catch (error) {
      const problem = problemOf(error);
      reason = problem.reason;
      if (problem.kind === 'too-large') return { kind: 'too-large', error: new AppError('CHANNEL_FAILED', { reason }) };
      if (problem.kind === 'closed') continue;
      // Whichever way opens first.
      retryAfterMs = Math.min(retryAfterMs ?? Number.POSITIVE_INFINITY, problem.retryAfterMs);
      if (problem.retryAfterMs <= PATIENCE_MS) break;
    }
  }
  return retryAfterMs === null
    ? { kind: 'gone', error: new AppError('CHANNEL_GONE', { reason }) }
    : { kind: 'later', retryAfterMs, error: new AppError('CHANNEL_FAILED', { reason }) };
};

const waysTo = (job: Job, rest: DiscordRest, deps: Deps): readonly Way[] => {
  const address = readAddress(job.address);
  const { applicationId, channelId, guildId, messageId, parentChannelId, userId } = address;
  const token = liveToken(address, deps.clock.nowMs());
  const ways: Way[] = [];
  const add = (name: string, send: Way['send'], channel?: () => Promise<string>): void =>
    void ways.push({ name, send, ...(channel === undefined ? {} : { find: async (filename) => rest.findOwn(await channel(), filename) }) });
  if (token !== null) {
    add('edit', async (message) => {
      try {
        return await rest.editOriginal(applicationId, token, message);
      } catch (error) {
        // Repeating a dead token gets the whole machine banned.
        if (problemOf(error).kind === 'closed') await deps.store.jobs.saveAddress(job.id, { ...job.address, interactionToken: null });
        throw error;
      }
    });
  }
  const { id: nonce } = job;
  if (channelId !== null)
    add(
      'post',
      (message) => rest.post(channelId, message, { nonce, replyTo: messageId }),
      async () => channelId,
    );
  // The thread may have been archived, locked or deleted meanwhile.
  if (parentChannelId !== null)
    add(
      'thread parent',
      (message) => rest.post(parentChannelId, message, { nonce, replyTo: null }),
      async () => parentChannelId,
    );
  const direct = (): Promise<string> => rest.openDirect(userId);
  if (guildId !== null) add('direct', async (message) => rest.post(await direct(), message, { nonce, replyTo: null }), direct);
  return ways;
};
