/** Brings the outcome of a job home: into the message that showed it, else as a new message, each time with less to hold on to. */
import type { ClipFile, DeliveryResult, Outbox } from '../../core/channel.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError, type ErrorCode } from '../../core/errors.ts';
import type { ClipRef, Job } from '../../core/job.ts';
import { readAddress, sendTo, type TelegramAddress, writeAddress } from './address.ts';
import type { Payload, TelegramApi, TelegramFailure } from './api.ts';
import { asFailure, kindOf, waitMs } from './failure.ts';
import { caption, endMessage, keyboard, plain, sentence } from './messages.ts';
import { followMove } from './moves.ts';

/** The most a bot may upload, less room for the form around the file. */
export const MAX_CLIP_BYTES = 49_000_000;

const UPLOAD_TIMEOUT_MS = 180_000;
/** How soon a missing right is looked at again. */
const FORBIDDEN_RETRY_MS = 60_000;

/**
 * Safe to repeat: an edit has no second effect, and a new message is remembered as the one to edit next time. Only when
 * the answer to a new message is lost, or we crash before remembering it, can it come twice; the Bot API has no key against that.
 */
export const deliverOutcome = async (job: Job, clip: ClipFile | null, api: TelegramApi, deps: Deps, outbox: Outbox): Promise<DeliveryResult> => {
  const bring = job.clip && clip ? clipPutter(job, job.clip, clip, api) : textPutter(job, api);
  let address = readAddress(job.address);
  let leftBehind: TelegramAddress | null = null;
  for (;;) {
    try {
      const to = address;
      const messageId = Number(await outbox.log(to.statusMessageId === null ? 'new message' : 'edit', async () => String(await bring(to))));
      if (messageId !== address.statusMessageId) await remember(job.id, { ...address, statusMessageId: messageId }, deps);
      if (leftBehind) void api.call('deleteMessage', { chat_id: leftBehind.chatId, message_id: leftBehind.statusMessageId }).catch(() => undefined);
      return { kind: 'delivered', receipt: String(messageId) };
    } catch (error) {
      const failure = asFailure(error);
      const kind = kindOf(failure);
      if (kind === 'unchanged') return { kind: 'delivered', receipt: String(address.statusMessageId) };
      if (kind === 'later') return { kind, retryAfterMs: waitMs(failure), error: errorOf('CHANNEL_FAILED', failure) };
      if (kind === 'too-big') return { kind: 'too-large', error: errorOf('CHANNEL_FAILED', failure) };
      if (kind === 'chat-gone') {
        const direct = directTo(job, address);
        if (direct === null) return { kind: 'gone', error: errorOf('CHANNEL_GONE', failure) };
        address = direct;
        continue;
      }
      if (kind === 'forbidden') {
        const reason = new AppError('MISSING_PERMISSION', { permission: 'sending videos and GIFs' });
        await sayInstead(job, address, reason, api, deps);
        return { kind: 'later', retryAfterMs: FORBIDDEN_RETRY_MS, error: reason };
      }
      const next = lessToHoldOn(address, failure);
      if (!next) return { kind: 'later', retryAfterMs: FORBIDDEN_RETRY_MS, error: errorOf('CHANNEL_FAILED', failure) };
      if (kind === 'moved') {
        await remember(job.id, next, deps);
        await followMove(address.chatId, next.chatId, deps).catch((moveError: unknown) =>
          deps.log.warn({ err: moveError }, 'a group’s move could not be followed'),
        );
      }
      // A message that is still there but refuses the clip would keep showing a job that has ended.
      if (kind === 'refused' && address.statusMessageId !== null) leftBehind = address;
      address = next;
    }
  }
};

const errorOf = (code: ErrorCode, failure: TelegramFailure): AppError => new AppError(code, { reason: failure.description.slice(0, 120) }, { cause: failure });

/** Nobody has lost anything when this fails: the outcome has been sent, only a repetition would send it anew. */
const remember = async (jobId: string, address: TelegramAddress, { store, log }: Deps): Promise<void> => {
  await store.jobs
    .saveAddress(jobId, writeAddress(address))
    .catch((error: unknown) => log.warn({ err: error, jobId }, 'the address of a sent clip could not be kept'));
};

/** The private chat with the person, once the group is gone; it takes messages only if they ever spoke to the bot there. */
const directTo = (job: Job, { chatId }: TelegramAddress): TelegramAddress | null => {
  const userId = Number(job.origin.user.replace('telegram:user:', ''));
  return chatId < 0 && userId > 0 ? { chatId: userId, threadId: null, requestMessageId: null, statusMessageId: null } : null;
};

/** The rung below: another chat id, no message to edit, no message to reply to, no topic. Null when nothing is left to drop. */
const lessToHoldOn = (address: TelegramAddress, failure: TelegramFailure): TelegramAddress | null => {
  // Message and topic ids do not survive the move to a supergroup.
  if (failure.migratedTo === address.chatId) return null;
  if (failure.migratedTo !== null) return { chatId: failure.migratedTo, threadId: null, requestMessageId: null, statusMessageId: null };
  if (address.statusMessageId !== null) return { ...address, statusMessageId: null };
  if (kindOf(failure) === 'thread-gone' && address.threadId !== null) return { ...address, threadId: null };
  if (address.requestMessageId !== null) return { ...address, requestMessageId: null };
  return address.threadId === null ? null : { ...address, threadId: null };
};

/** Puts the outcome into the status message, or into a new one. @returns the id of the message that holds it */
type Putter = (address: TelegramAddress) => Promise<number>;

const put = async (api: TelegramApi, method: string, payload: Payload, timeoutMs?: number): Promise<number> =>
  (await api.call<{ message_id: number }>(method, payload, timeoutMs === undefined ? {} : { timeoutMs })).message_id;

const textPutter = (job: Job, api: TelegramApi): Putter => {
  const message = endMessage(job);
  return (address) =>
    address.statusMessageId === null
      ? put(api, 'sendMessage', { ...sendTo(address), ...message })
      : put(api, 'editMessageText', { chat_id: address.chatId, message_id: address.statusMessageId, ...message });
};

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const clipPutter = (job: Job, ref: ClipRef, clip: ClipFile, api: TelegramApi): Putter => {
  const isGif = ref.format === 'gif';
  const type = isGif ? 'animation' : 'video';
  const file = { source: asBuffer(clip.bytes), filename: `stillmotion-${job.id}.${ref.format}` };
  const thumbnail = clip.thumbnail ? { clip_thumbnail: { source: asBuffer(clip.thumbnail), filename: 'thumbnail.jpg' } } : {};
  const about = {
    ...caption(job),
    width: ref.widthPx,
    height: ref.heightPx,
    duration: Math.max(1, Math.round(ref.seconds)),
    ...(clip.thumbnail ? { thumbnail: 'attach://clip_thumbnail' } : {}),
    ...(isGif ? {} : { supports_streaming: true }),
  };
  const reply_markup = keyboard(job.id, 'again', 'seed', 'delete');
  return async (address) => {
    const { chatId, statusMessageId, threadId } = address;
    void api
      .call('sendChatAction', { chat_id: chatId, action: 'upload_video', ...(threadId === null ? {} : { message_thread_id: threadId }) })
      .catch(() => undefined);
    if (statusMessageId !== null) {
      const media = { type, media: 'attach://clip', ...about };
      return put(api, 'editMessageMedia', { chat_id: chatId, message_id: statusMessageId, media, reply_markup, clip: file, ...thumbnail }, UPLOAD_TIMEOUT_MS);
    }
    return put(api, isGif ? 'sendAnimation' : 'sendVideo', { ...sendTo(address), [type]: file, ...about, reply_markup, ...thumbnail }, UPLOAD_TIMEOUT_MS);
  };
};

/** Tells the person why no clip comes, in one message however often it is tried; the result stands if it does not get through. */
const sayInstead = async (job: Job, address: TelegramAddress, error: AppError, api: TelegramApi, deps: Deps): Promise<void> => {
  const message = { ...plain(`⚠️ ${sentence(error)}`), reply_markup: keyboard(job.id, 'again') };
  const { chatId, statusMessageId } = address;
  try {
    if (statusMessageId !== null) await api.call('editMessageText', { chat_id: chatId, message_id: statusMessageId, ...message });
    else await remember(job.id, { ...address, statusMessageId: await put(api, 'sendMessage', { ...sendTo(address), ...message }) }, deps);
  } catch (failure) {
    deps.log.debug({ jobId: job.id, problem: asFailure(failure).message }, 'the reason for a missing clip could not be sent');
  }
};
