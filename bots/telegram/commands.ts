/** The bot's commands, and what each message means: a wish for a clip, a question, or a moderator's word. */
import type { Message } from 'telegraf/types';
import { cancelNewest } from '../../core/cancel.ts';
import { collect } from '../../core/collect.ts';
import type { Deps } from '../../core/deps.ts';
import type { EngineManifest } from '../../core/engine.ts';
import { checkWordsEngine, wordsEngines } from '../../core/engine-choice.ts';
import { AppError, asAppError } from '../../core/errors.ts';
import { quotaText } from '../../core/quota.ts';
import { helpText } from '../../core/render.ts';
import { sendTo, writeAddress } from './address.ts';
import type { Albums } from './albums.ts';
import { type TelegramApi, TelegramFailure } from './api.ts';
import { addressOf, answersPicture, isPrivate, originOf, photoIn, photoMeant, readCommand, textOf } from './incoming.ts';
import type { Intake, Wish } from './intake.ts';
import { plain, sentence } from './messages.ts';
import { moderate } from './moderation.ts';
import { followMove } from './moves.ts';
import { MAX_CLIP_BYTES } from './outcome.ts';

const animate = { command: 'animate', description: 'Bring a photo to life: as its caption, or as a reply to it' };
const video = { command: 'video', description: 'Make a clip from words alone' };
const small = [
  { command: 'result', description: 'Bring a finished clip here: one that did not arrive, or your newest' },
  { command: 'cancel', description: 'Stop the clip you asked for last' },
  { command: 'quota', description: 'What you have left today; “why” shows what it went to' },
  { command: 'help', description: 'What I can do' },
];
const forModerators = { command: 'stillmotion', description: 'Settings, quotas and bans of this chat' };

/**
 * What the command menus show, by scope. It is display only; rights are asked of Telegram on every call, and `/video` answers
 * in words where no engine can do it.
 */
const commandMenus = (manifests: readonly EngineManifest[]): readonly Menu[] => {
  const forEverybody = [animate, ...(wordsEngines(manifests).length > 0 ? [video] : []), ...small];
  return [
    { scope: { type: 'default' }, commands: forEverybody },
    { scope: { type: 'all_private_chats' }, commands: [...forEverybody, forModerators] },
    { scope: { type: 'all_chat_administrators' }, commands: [...forEverybody, forModerators] },
  ];
};

interface Menu {
  readonly scope: { readonly type: string };
  readonly commands: readonly { readonly command: string; readonly description: string }[];
}

const sameMenu = (shown: Menu['commands'], wanted: Menu['commands']): boolean =>
  shown.length === wanted.length && wanted.every(({ command, description }, at) => shown[at]?.command === command && shown[at]?.description === description);

/** Makes the menus of every scope what they should be; one that is right already is left alone. @throws TelegramFailure */
export const showMenus = async (api: TelegramApi, manifests: readonly EngineManifest[]): Promise<void> => {
  for (const menu of commandMenus(manifests)) {
    const shown = await api.call<Menu['commands']>('getMyCommands', { scope: menu.scope });
    if (!sameMenu(shown, menu.commands)) await api.call('setMyCommands', { ...menu });
  }
};

const usage = [
  'Here: send a photo with the words as its caption. In a group: write /animate and the words under a photo, or as a reply to one.',
  'You may add --seconds 4, --gif, --loop, --seed 7 or --motion 1.5.',
  '/cancel stops your newest clip, /quota shows what is left today.',
].join('\n');

const ALBUM_WITHOUT_WORDS = 'Which of these photos shall I animate? Reply to it with a few words, or send it alone.';

export interface Bot {
  readonly id: number;
  readonly name: string;
}

/** @returns handles one message, to the end of the work that it asks for; never throws what a person can meet */
export const createConversation = (bot: Bot, api: TelegramApi, intake: Intake, albums: Albums, deps: Deps) => {
  const reply = async (message: Message, text: string): Promise<void> =>
    void (await api.call('sendMessage', { ...sendTo(addressOf(message)), ...plain(text) }));

  const help = (message: Message): Promise<void> => reply(message, `${helpText(deps.manifests, '/video and what should be seen')}\n\n${usage}`);

  const ask = (message: Message, photo: Wish['photo'], words: string): Promise<void> => {
    const requestKey = `telegram:${bot.id}:${message.chat.id}:${message.message_id}`;
    return intake.animate({ origin: originOf(message), address: addressOf(message), requestKey, photo, words });
  };

  const animate = async (message: Message, words: string): Promise<void> => {
    const photo = photoMeant(message);
    if (!photo) throw new AppError('PHOTO_MISSING');
    await ask(message, photo, words);
  };

  const video = async (message: Message, words: string): Promise<void> => {
    checkWordsEngine(deps.manifests);
    // A photo that is merely replied to is part of the talk; one that carries the command was meant for it.
    if (photoIn(message)) throw new AppError('PHOTO_UNWANTED', { engine: '/video', instead: '/animate' });
    await ask(message, null, words);
  };

  const obey = async (message: Message, name: string, words: string): Promise<void> => {
    const { user, place } = originOf(message);
    switch (name) {
      case 'animate':
        return animate(message, words);
      case 'video':
        return video(message, words);
      case 'cancel':
        await cancelNewest(user, place, deps);
        return reply(message, '🛑 Stopping your newest clip.');
      case 'result':
        await collect({ user, code: words.trim() || null, address: writeAddress(addressOf(message)), maxClipBytes: MAX_CLIP_BYTES }, deps);
        return;
      case 'quota':
        return reply(message, await quotaText(user, place, deps, { why: /^why\b/i.test(words.trim()) }));
      case 'stillmotion':
        return reply(message, await moderate(message, words, api, deps));
      case 'start':
      case 'help':
        return help(message);
      default:
        // In a group it may well be meant for another bot.
        if (isPrivate(message)) await help(message);
    }
  };

  /** In a private chat everything is meant for us: a photo is a wish, words under or in reply to it are its words. */
  const converse = async (message: Message): Promise<void> => {
    const words = textOf(message);
    const albumId = 'media_group_id' in message ? message.media_group_id : undefined;
    if (albumId !== undefined && words === '') return albums.uncaptioned(albumId, () => void reply(message, ALBUM_WITHOUT_WORDS).catch(() => undefined));
    if (albumId !== undefined) albums.captioned(albumId);
    if ('text' in message ? answersPicture(message) : photoMeant(message)) return animate(message, words);
    if ('text' in message) return help(message);
    if (isContent(message)) throw new AppError('PHOTO_MISSING');
  };

  return async (message: Message): Promise<void> => {
    const { from, sender_chat: sender } = message;
    if ('migrate_to_chat_id' in message) return followMove(message.chat.id, message.migrate_to_chat_id, deps);
    if ('migrate_from_chat_id' in message) return followMove(message.migrate_from_chat_id, message.chat.id, deps);
    // Other bots and our own messages; an anonymous administrator comes as a bot in the name of the group.
    if ((from?.is_bot && !sender) || from?.id === bot.id || 'is_automatic_forward' in message) return;
    const text = textOf(message);
    const command = readCommand(text, bot.name);
    try {
      if (command) await obey(message, command.name, command.words);
      else if (isPrivate(message) && !/^\/\w+@/.test(text)) await converse(message);
    } catch (error) {
      // It was the telling that failed.
      if (error instanceof TelegramFailure) throw error;
      const known = asAppError(error);
      await reply(message, `⚠️ ${sentence(known)}`);
      if (known.code === 'INTERNAL') throw error;
    }
  };
};

/** Something a person sent, as opposed to news about the chat. */
const isContent = (message: Message): boolean =>
  ['voice', 'audio', 'video_note', 'animation', 'contact', 'location', 'poll', 'dice', 'story'].some((kind) => kind in message);
