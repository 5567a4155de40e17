/** What the fake Telegram remembers: people, chats, messages and files, in the shapes of the Bot API. */
import { randomBytes } from 'node:crypto';

export interface FakeUser {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface FakeChat {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup';
  readonly title?: string;
  readonly first_name?: string;
  readonly is_forum?: boolean;
}

export interface FakeMessage {
  readonly message_id: number;
  readonly date: number;
  readonly chat: FakeChat;
  from?: FakeUser;
  sender_chat?: FakeChat;
  message_thread_id?: number;
  is_topic_message?: true;
  reply_to_message?: FakeMessage;
  media_group_id?: string;
  migrate_to_chat_id?: number;
  migrate_from_chat_id?: number;
  edit_date?: number;
  text?: string;
  caption?: string;
  photo?: readonly FakePhotoSize[];
  document?: FakeDocument;
  sticker?: object;
  video?: FakeClip;
  animation?: FakeClip;
  entities?: readonly object[];
  reply_markup?: FakeKeyboard;
}

export interface FakeKeyboard {
  readonly inline_keyboard: readonly (readonly { readonly text: string; readonly callback_data?: string }[])[];
}

export interface FakePhotoSize {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly width: number;
  readonly height: number;
  readonly file_size?: number;
}
export interface FakeDocument {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly file_name?: string;
  readonly mime_type?: string;
  readonly file_size?: number;
}
export interface FakeClip extends FakeDocument {
  readonly width: number;
  readonly height: number;
  readonly duration: number;
  readonly thumbnail?: FakePhotoSize;
}

export interface FakeFile {
  readonly id: string;
  readonly bytes: Buffer;
  /** As Telegram would know it; may be larger than `bytes` to play a file that is too large to keep here. */
  readonly declaredBytes: number;
  readonly path: string;
}

/** Why a chat cannot be reached, if it cannot. */
export type Obstacle = { readonly kind: 'blocked' | 'kicked' } | { readonly kind: 'moved'; readonly to: number };

export const createState = (bot: FakeUser) => {
  const chats = new Map<number, FakeChat>([[bot.id, { id: bot.id, type: 'private', first_name: bot.first_name }]]);
  const members = new Map<number, Map<number, 'creator' | 'administrator' | 'member'>>();
  const messages = new Map<number, FakeMessage[]>();
  const files = new Map<string, FakeFile>();
  const obstacles = new Map<number, Obstacle>();
  const deadThreads = new Set<string>();
  /** Command menus by their scope. */
  const menus = new Map<string, unknown>();
  let lastId = 1_000;
  let lastFile = 0;

  const addFile = (bytes: Buffer, extension: string, declaredBytes = bytes.length): FakeFile => {
    lastFile += 1;
    const file = { id: `file-${lastFile}-${randomBytes(8).toString('hex')}`, bytes, declaredBytes, path: `files/file ${lastFile}.${extension}` };
    files.set(file.id, file);
    return file;
  };

  const addMessage = (chat: FakeChat, content: Partial<FakeMessage>): FakeMessage => {
    lastId += 1;
    const message: FakeMessage = { message_id: lastId, date: Math.floor(Date.now() / 1000), chat, ...content };
    messages.set(chat.id, [...(messages.get(chat.id) ?? []), message]);
    return message;
  };

  return {
    bot,
    chats,
    members,
    messages,
    files,
    obstacles,
    deadThreads,
    menus,
    nextId: () => ++lastId,
    addFile,
    addMessage,
    find: (chatId: number, messageId: number): FakeMessage | undefined => messages.get(chatId)?.find((message) => message.message_id === messageId),
    remove: (chatId: number, messageId: number): boolean => {
      const kept = (messages.get(chatId) ?? []).filter((message) => message.message_id !== messageId);
      const removed = kept.length < (messages.get(chatId)?.length ?? 0);
      messages.set(chatId, kept);
      return removed;
    },
  };
};

export type FakeState = ReturnType<typeof createState>;
