/** The way back into a Telegram conversation, as it is kept with the job. */
import type { Address } from '../../core/job.ts';

export interface TelegramAddress {
  readonly chatId: number;
  /** The forum topic, or null outside of topics. */
  readonly threadId: number | null;
  /** The message that asked, to be replied to. */
  readonly requestMessageId: number | null;
  /** The message that shows the job and becomes its clip, once there is one. */
  readonly statusMessageId: number | null;
}

const id = (value: Address[string] | undefined): number | null => (typeof value === 'number' ? value : null);

export const readAddress = (address: Address): TelegramAddress => ({
  chatId: id(address.chatId) ?? 0,
  threadId: id(address.threadId),
  requestMessageId: id(address.requestMessageId),
  statusMessageId: id(address.statusMessageId),
});

export const writeAddress = (address: TelegramAddress): Address => ({ ...address });

/** The fields that send a new message into the conversation, as a reply when the request is still there. */
export const sendTo = ({ chatId, threadId, requestMessageId }: TelegramAddress) => ({
  chat_id: chatId,
  ...(threadId === null ? {} : { message_thread_id: threadId }),
  ...(requestMessageId === null ? {} : { reply_parameters: { message_id: requestMessageId, allow_sending_without_reply: true } }),
});
