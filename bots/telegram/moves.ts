/** A group that has become a supergroup, with another chat id: its rules, people and credits go along. */
import type { Deps } from '../../core/deps.ts';
import { placeId } from './incoming.ts';

/**
 * Telegram says it in three ways, in any order: a last message in the group, a first one in the supergroup, and the answer to whatever
 * is sent to the group. Each may come first, and each may come again.
 */
export const followMove = async (fromChatId: number, toChatId: number, { log, store }: Deps): Promise<void> => {
  const [from, to] = [placeId(fromChatId), placeId(toChatId)];
  if (await store.places.move(from, to)) log.info({ from, to }, 'a group became a supergroup; what belongs to it went along');
};
