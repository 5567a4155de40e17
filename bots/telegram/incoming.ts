/** What a Telegram message says, in our words: who, where, which command, and which photo. */
import type { Message } from 'telegraf/types';
import { AppError } from '../../core/errors.ts';
import { photoLimits } from '../../core/photo.ts';
import type { Origin } from '../../core/request.ts';
import type { TelegramAddress } from './address.ts';

/** A photo that Telegram holds. */
export interface FileRef {
  readonly fileId: string;
}

export interface Command {
  /** Lower case, without the slash. */
  readonly name: string;
  /** What follows, with its line breaks. */
  readonly words: string;
}

type Content = Message | NonNullable<Message.CommonMessage['external_reply']>;

export const isPrivate = (message: Message): boolean => message.chat.type === 'private';

/** The text of a message or the caption of a photo. */
export const textOf = (message: Message): string => ('text' in message ? message.text : 'caption' in message ? (message.caption ?? '') : '');

/**
 * `/animate words`, also as `/animate@ourbot words`.
 * @returns null when the text is no command, or one for another bot
 */
export const readCommand = (text: string, botName: string): Command | null => {
  const [, name, addressee, words] = /^\/([a-z0-9_]{1,32})(?:@(\w{1,64}))?(?:\s+([\s\S]*))?$/i.exec(text.trim()) ?? [];
  if (!name || (addressee && addressee.toLowerCase() !== botName.toLowerCase())) return null;
  return { name: name.toLowerCase(), words: words?.trim() ?? '' };
};

/** Who acts: an anonymous administrator or a channel acts as that chat, never as Telegram's stand-in user. */
export const actorOf = (message: Pick<Message, 'from' | 'sender_chat'>): { readonly user: string; readonly userName: string; readonly locale: string } => {
  const { from, sender_chat: sender } = message;
  if (sender) return { user: `telegram:chat:${sender.id}`, userName: 'title' in sender ? sender.title : 'anonymous', locale: 'en' };
  return {
    user: userId(from?.id ?? 0),
    userName: [from?.first_name, from?.last_name].filter(Boolean).join(' ').slice(0, 100),
    locale: from?.language_code ?? 'en',
  };
};

export const userId = (id: number | string): string => `telegram:user:${id}`;
export const placeId = (chatId: number): string => `telegram:chat:${chatId}`;

/** Replies in an ordinary group carry a thread id too; only a forum's topics are rooms. */
export const threadOf = (message: Message): number | null => (message.is_topic_message ? (message.message_thread_id ?? null) : null);

export const originOf = (message: Message): Origin => ({
  channel: 'telegram',
  place: placeId(message.chat.id),
  room: String(threadOf(message) ?? ''),
  ...actorOf(message),
});

export const addressOf = (message: Message): TelegramAddress => ({
  chatId: message.chat.id,
  threadId: threadOf(message),
  requestMessageId: message.message_id,
  statusMessageId: null,
});

const megabytes = (bytes: number): number => Math.round((bytes / (1024 * 1024)) * 10) / 10;

const fileRef = ({ file_id, file_size = 0 }: { file_id: string; file_size?: number | undefined }): FileRef => {
  if (file_size > photoLimits.maxBytes) throw new AppError('PHOTO_TOO_LARGE', { gotMb: megabytes(file_size), maxMb: megabytes(photoLimits.maxBytes) });
  return { fileId: file_id };
};

/**
 * The photo, image file or still sticker in a message: a photo in its largest size.
 * @returns null when it holds no file at all
 * @throws InputError PHOTO_TOO_LARGE, PHOTO_TYPE for a file that says it is something else
 */
export const photoIn = (message: Content): FileRef | null => {
  if ('photo' in message && message.photo) {
    const [largest] = [...message.photo].sort((a, b) => b.width * b.height - a.width * a.height);
    return largest ? fileRef(largest) : null;
  }
  if ('document' in message && message.document) {
    const type = message.document.mime_type ?? 'image/unknown';
    if (!type.startsWith('image/')) throw new AppError('PHOTO_TYPE', { type: type.slice(0, 60) });
    return fileRef(message.document);
  }
  if ('sticker' in message && message.sticker) {
    if (message.sticker.is_animated || message.sticker.is_video) throw new AppError('PHOTO_TYPE', { type: 'animated sticker' });
    return fileRef(message.sticker);
  }
  if ('video' in message && message.video) throw new AppError('PHOTO_TYPE', { type: message.video.mime_type?.slice(0, 60) ?? 'video' });
  return null;
};

const repliedTo = (message: Message): Content | undefined =>
  ('reply_to_message' in message ? message.reply_to_message : undefined) ?? ('external_reply' in message ? message.external_reply : undefined);

/** The photo in a message, else in the one it replies to, also from another chat. @throws as `photoIn` */
export const photoMeant = (message: Message): FileRef | null => {
  const answered = repliedTo(message);
  return photoIn(message) ?? (answered ? photoIn(answered) : null);
};

/** Whether words answer a picture, so that they say what shall move in it; those under a clip are just words. */
export const answersPicture = (message: Message): boolean => {
  const answered = repliedTo(message);
  return (
    answered !== undefined &&
    (('photo' in answered && answered.photo !== undefined) ||
      ('document' in answered && answered.document?.mime_type?.startsWith('image/') === true) ||
      ('sticker' in answered && answered.sticker !== undefined))
  );
};
