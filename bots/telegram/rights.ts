/** Who may moderate a chat: asked of Telegram every time, never remembered. */
import { AppError } from '../../core/errors.ts';
import { type TelegramApi, TelegramFailure } from './api.ts';
import { kindOf } from './failure.ts';

/** Telegram's name of the right, for refusals. */
export const MODERATOR_RIGHT = 'administrator of the group';

/**
 * @returns whether the person is the chat's owner or an administrator now
 * @throws ChannelError CHANNEL_FAILED when Telegram cannot be asked; nobody is trusted for lack of an answer
 */
export const isAdministrator = async (chatId: number, userId: number, api: TelegramApi): Promise<boolean> => {
  try {
    const { status } = await api.call<{ status: string }>('getChatMember', { chat_id: chatId, user_id: userId });
    return status === 'creator' || status === 'administrator';
  } catch (error) {
    if (!(error instanceof TelegramFailure)) throw error;
    if (kindOf(error) === 'later') throw new AppError('CHANNEL_FAILED', { reason: 'Telegram did not say who is an administrator' }, { cause: error });
    return false;
  }
};
