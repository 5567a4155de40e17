/** `/stillmotion …`: what a moderator types, read into the commands of the domain, and whether they may. */
import type { Message } from 'telegraf/types';
import { type AdminCommand, admin, type Target } from '../../core/admin.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError } from '../../core/errors.ts';
import { settingSpecs } from '../../core/settings.ts';
import type { TelegramApi } from './api.ts';
import { actorOf, isPrivate, placeId, userId } from './incoming.ts';
import { isAdministrator, MODERATOR_RIGHT } from './rights.ts';

const moderationUsage = [
  '/stillmotion settings show',
  '/stillmotion settings set NAME VALUE',
  '/stillmotion quota show | why | grant N [reason] | reset',
  '/stillmotion ban [30m | 12h | 7d | forever] [reason]',
  '/stillmotion unban',
  '/stillmotion audit',
  '',
  'For quota, ban and unban: reply to a message of the person, or write their user id first, as in “/stillmotion ban 123456789 7d spam”.',
  `Settings: ${settingSpecs.map((spec) => spec.name).join(', ')}.`,
].join('\n');

/** A person's allowance is the operator's or a group's matter, so in their own chat they may change everything else only. */
const isOwnBusiness = (command: AdminCommand): boolean =>
  command.kind === 'settings-show' || (command.kind === 'settings-set' && !['daily_quota', 'daily_pool', 'roles'].includes(command.setting.toLowerCase()));

/**
 * @param words what follows `/stillmotion`
 * @returns what the moderator reads
 * @throws what `admin` of core throws; InputError USER_UNKNOWN
 */
export const moderate = async (message: Message, words: string, api: TelegramApi, deps: Deps): Promise<string> => {
  const command = readModeration(words, message);
  if (!command) return moderationUsage;
  const { chat, from, sender_chat: sender } = message;
  const isModerator = async (): Promise<boolean> => {
    if (isPrivate(message)) return isOwnBusiness(command);
    // Only administrators can write in the name of the group itself.
    if (sender) return sender.id === chat.id;
    return from !== undefined && isAdministrator(chat.id, from.id, api);
  };
  return admin({ place: placeId(chat.id), actor: actorOf(message).user, command, isModerator, right: MODERATOR_RIGHT }, deps);
};

/** @returns null when it is no command of ours, so that the usage is shown */
const readModeration = (words: string, message: Message): AdminCommand | null => {
  const [topic = '', ...rest] = words.split(/\s+/).filter(Boolean);
  switch (topic.toLowerCase()) {
    case 'settings': {
      const [verb = 'show', setting = '', ...value] = rest;
      if (verb === 'show') return { kind: 'settings-show' };
      return verb === 'set' && setting !== '' && value.length > 0 ? { kind: 'settings-set', setting, value: value.join(' ') } : null;
    }
    case 'quota': {
      const [verb = 'show', ...args] = rest;
      if (verb === 'show' || verb === 'why') return { kind: 'quota-show', target: aim(args, message, 'or-self').target, why: verb === 'why' };
      const { target, left } = aim(args, message);
      if (verb === 'reset') return { kind: 'quota-reset', target };
      const [clips = '', ...reason] = left;
      return verb === 'grant' ? { kind: 'quota-grant', target, clips: /^\d{1,6}$/.test(clips) ? Number(clips) : Number.NaN, reason: reason.join(' ') } : null;
    }
    case 'ban': {
      const { target, left } = aim(rest, message);
      const [duration = '', ...reason] = left;
      return { kind: 'ban', target, duration, reason: reason.join(' ').slice(0, 300) };
    }
    case 'unban':
      return { kind: 'unban', target: aim(rest, message).target };
    case 'audit':
      return { kind: 'audit' };
    default:
      return null;
  }
};

/** An id that stands in front of other words although somebody is replied to; shorter numbers are amounts. */
const LONG_ID = /^\d{5,19}$/;

/**
 * Whom a command is about: an id that is written first, somebody whose name is linked, or the author of the message replied to.
 * @throws InputError USER_UNKNOWN
 */
const aim = (args: readonly string[], message: Message, otherwise?: 'or-self'): { readonly target: Target; readonly left: readonly string[] } => {
  const repliedTo = 'reply_to_message' in message ? message.reply_to_message : undefined;
  const [first = '', ...others] = args;
  if (LONG_ID.test(first) || (!repliedTo && /^\d{1,19}$/.test(first))) return { target: { user: userId(first), name: first }, left: others };
  const mentioned = 'entities' in message ? message.entities?.find((entity) => entity.type === 'text_mention') : undefined;
  if (mentioned?.type === 'text_mention' && 'text' in message) {
    const name = message.text.slice(mentioned.offset, mentioned.offset + mentioned.length);
    return { target: { user: userId(mentioned.user.id), name }, left: args.slice(name.split(/\s+/).length) };
  }
  // Telegram starts every topic with a message that is “replied to” by all others in it.
  if (repliedTo && !('forum_topic_created' in repliedTo)) {
    const { user, userName: name } = actorOf(repliedTo);
    return { target: { user, name }, left: args };
  }
  if (otherwise !== 'or-self') throw new AppError('USER_UNKNOWN');
  const { user, userName: name } = actorOf(message);
  return { target: { user, name }, left: args };
};
