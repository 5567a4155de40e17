/** The buttons under status messages and clips. They carry a job's id only, so they work after any number of restarts. */
import type { CallbackQuery, MaybeInaccessibleMessage, Message } from 'telegraf/types';
import { cancel, removeClip } from '../../core/cancel.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError, asAppError } from '../../core/errors.ts';
import { isFinal, type Job } from '../../core/job.ts';
import type { TelegramAddress } from './address.ts';
import type { TelegramApi } from './api.ts';
import { actorOf, placeId, threadOf, userId } from './incoming.ts';
import type { Intake } from './intake.ts';
import { cut, keyboard, MAX_ALERT, readButton, sentence } from './messages.ts';
import { isAdministrator } from './rights.ts';

/** A press is answered after this long at the latest, whatever is still to be done; Telegram forgets queries soon. */
const ANSWER_WITHIN_MS = 1_500;

interface Answer {
  readonly text: string;
  readonly alert?: boolean;
  /** What is left to do when the press has been answered. */
  readonly afterwards?: () => Promise<unknown>;
}

/** Handles one press: always answers it, and tells refusals to the person who pressed and to nobody else. */
export const press = async (query: CallbackQuery, botId: number, api: TelegramApi, intake: Intake, deps: Deps): Promise<void> => {
  const done = perform(query, botId, api, intake, deps).catch((error: unknown): Answer => {
    const known = asAppError(error);
    if (known.code === 'INTERNAL') deps.log.error({ err: error }, 'a button failed');
    return { text: sentence(known), alert: true };
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, ANSWER_WITHIN_MS, null)));
  const answer = await Promise.race([done, late]);
  clearTimeout(timer);
  const words = answer ? { text: cut(answer.text, MAX_ALERT), show_alert: answer.alert ?? false } : {};
  // Too late or not, the work goes on.
  await api
    .call('answerCallbackQuery', { callback_query_id: query.id, ...words })
    .catch((error: unknown) => deps.log.debug({ err: error }, 'a press could not be answered'));
  await (await done).afterwards?.();
};

const perform = async (query: CallbackQuery, botId: number, api: TelegramApi, intake: Intake, deps: Deps): Promise<Answer> => {
  const button = 'data' in query ? readButton(query.data) : null;
  const { message } = query;
  if (!button || !message) throw new AppError('JOB_UNKNOWN');
  const job = await deps.store.jobs.find(button.jobId);
  const chatId = message.chat.id;
  const place = placeId(chatId);
  const user = userId(query.from.id);
  // What a press carries can be forged: a clip of one chat is nobody's business in another, but its owner's.
  if (!job || (job.origin.place !== place && job.origin.user !== user)) throw new AppError('JOB_UNKNOWN');
  // Too old a message comes as a mere id, dated 0; the job still knows its topic.
  const threadId = isAccessible(message) ? threadOf(message) : topicOf(job, place);
  const here: TelegramAddress = { chatId, threadId, requestMessageId: message.message_id, statusMessageId: null };
  switch (button.action) {
    case 'again':
    case 'seed': {
      const origin = { channel: 'telegram', place, room: String(threadId ?? ''), ...actorOf(query) } as const;
      const seed = button.action === 'again' ? 'same' : 'new';
      const afterwards = await intake.repeat({ origin, address: here, requestKey: `telegram:${botId}:press:${query.id}`, jobId: job.id, seed });
      return { text: seed === 'same' ? 'Once more, coming up.' : 'Once more with a new seed, coming up.', afterwards };
    }
    case 'cancel':
      if (!(await mayManage(job, user, query.from.id, chatId, api))) throw new AppError('NOT_YOURS');
      await cancel(job.id, job.origin.user, deps);
      return { text: 'Stopping …' };
    case 'delete':
      if (!(await mayManage(job, user, query.from.id, chatId, api))) throw new AppError('NOT_YOURS');
      await removeClip(job.id, user, deps, job.origin.user !== user);
      return { text: isFinal(job.state) ? 'Deleted.' : 'Stopping …', afterwards: () => takeDown(chatId, message.message_id, job.id, api) };
  }
};

const isAccessible = (message: MaybeInaccessibleMessage): message is Message => message.date > 0;

const topicOf = ({ origin }: Job, place: string): number | null => (origin.place === place && origin.room !== '' ? Number(origin.room) : null);

/** The owner anywhere; an administrator of the chat that the clip was made in. */
const mayManage = async (job: Job, user: string, pressedBy: number, chatId: number, api: TelegramApi): Promise<boolean> =>
  job.origin.user === user || (job.origin.place === placeId(chatId) && chatId < 0 && (await isAdministrator(chatId, pressedBy, api)));

/** Messages older than two days cannot be deleted by a bot; such a clip loses its words and buttons. */
const takeDown = (chatId: number, messageId: number, jobId: string, api: TelegramApi): Promise<unknown> =>
  api
    .call('deleteMessage', { chat_id: chatId, message_id: messageId })
    .catch(() => api.call('editMessageCaption', { chat_id: chatId, message_id: messageId, caption: '🗑 Deleted', reply_markup: keyboard(jobId) }))
    .catch(() => undefined);
