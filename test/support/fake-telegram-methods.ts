/** What the fake Telegram does on each Bot API method, with the refusals and their sentences as Telegram gives them. */
import type { FakeClip, FakeKeyboard, FakeMessage, FakePhotoSize, FakeState } from './fake-telegram-state.ts';

export interface Refusal {
  readonly status: number;
  readonly description: string;
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
}

export class RefusedCall extends Error {
  readonly refusal: Refusal;
  constructor(status: number, description: string, parameters?: Refusal['parameters']) {
    super(description);
    this.refusal = { status, description, ...(parameters ? { parameters } : {}) };
  }
}

export type Params = Readonly<Record<string, unknown>>;
export type Parts = ReadonlyMap<string, Buffer>;

export interface CallbackAnswer {
  readonly text?: string;
  readonly show_alert?: boolean;
}

export interface MethodContext {
  readonly state: FakeState;
  /** Queries that have not been answered yet, by id. */
  readonly queries: Map<string, (answer: CallbackAnswer) => void>;
  readonly note: (violation: string) => void;
}

const MAX_UPLOAD_BYTES = 50_000_000;
const MAX_DOWNLOAD_BYTES = 20_000_000;

const bad = (description: string): RefusedCall => new RefusedCall(400, `Bad Request: ${description}`);

/** A chat that can be written to, or Telegram's reason why not. */
const reach = ({ state }: MethodContext, params: Params) => {
  const chatId = Number(params.chat_id);
  const obstacle = state.obstacles.get(chatId);
  if (obstacle?.kind === 'moved') throw new RefusedCall(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: obstacle.to });
  if (obstacle?.kind === 'blocked') throw new RefusedCall(403, 'Forbidden: bot was blocked by the user');
  if (obstacle?.kind === 'kicked') throw new RefusedCall(403, 'Forbidden: bot was kicked from the supergroup chat');
  const chat = state.chats.get(chatId);
  if (!chat) throw bad('chat not found');
  return chat;
};

const found = (context: MethodContext, params: Params, verb: 'edit' | 'delete'): FakeMessage => {
  const chat = reach(context, params);
  const message = context.state.find(chat.id, Number(params.message_id));
  if (!message) throw bad(`message to ${verb} not found`);
  if (verb === 'edit' && message.from?.id !== context.state.bot.id) throw bad("message can't be edited");
  return message;
};

/** A new message of the bot's, with its place in the conversation checked. */
const send = (context: MethodContext, params: Params, content: Partial<FakeMessage>): FakeMessage => {
  const { state } = context;
  const chat = reach(context, params);
  const thread = params.message_thread_id as number | undefined;
  if (thread !== undefined && state.deadThreads.has(`${chat.id}:${thread}`)) throw bad('message thread not found');
  const reply = params.reply_parameters as { message_id: number; allow_sending_without_reply?: boolean } | undefined;
  const repliedTo = reply ? state.find(chat.id, reply.message_id) : undefined;
  if (reply && !repliedTo && !reply.allow_sending_without_reply) throw bad('message to be replied not found');
  return state.addMessage(chat, {
    from: state.bot,
    ...content,
    ...(thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true }),
    ...(repliedTo ? { reply_to_message: withoutReply(repliedTo) } : {}),
    ...(params.reply_markup ? { reply_markup: params.reply_markup as FakeKeyboard } : {}),
  });
};

export const withoutReply = ({ reply_to_message: _, ...message }: FakeMessage): FakeMessage => message;

const upload = (reference: unknown, parts: Parts): Buffer => {
  const bytes = parts.get(String(reference).replace('attach://', ''));
  if (!bytes) throw bad('wrong remote file identifier specified');
  if (bytes.length === 0) throw bad('file must be non-empty');
  if (bytes.length > MAX_UPLOAD_BYTES) throw new RefusedCall(413, 'Request Entity Too Large');
  return bytes;
};

/** Width and height from a JPEG's frame header. */
const jpegSize = (bytes: Buffer): { readonly width: number; readonly height: number } | null => {
  if (bytes.readUInt16BE(0) !== 0xffd8) return null;
  for (let at = 2; at + 9 < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt8(at + 1);
    if (marker >= 0xc0 && marker <= 0xc3) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
  return null;
};

const thumbnailOf = (reference: unknown, parts: Parts, context: MethodContext): { thumbnail?: FakePhotoSize } => {
  if (reference === undefined) return {};
  const bytes = upload(reference, parts);
  const size = jpegSize(bytes);
  if (!size || size.width > 320 || size.height > 320 || bytes.length >= 200_000) context.note(`thumbnail must be a JPEG of at most 320 pixels and 200 kB`);
  const { id } = context.state.addFile(bytes, 'jpg');
  return { thumbnail: { file_id: id, file_unique_id: `u-${id}`, width: size?.width ?? 0, height: size?.height ?? 0, file_size: bytes.length } };
};

/** A clip with what Telegram would otherwise guess; a bot that leaves it to guessing gets square, black previews. */
const clipOf = (type: 'video' | 'animation', media: Params, parts: Parts, context: MethodContext): Partial<FakeMessage> => {
  for (const name of ['width', 'height', 'duration', 'thumbnail']) if (media[name] === undefined) context.note(`${type} is sent without its ${name}`);
  if (type === 'video' && media.supports_streaming !== true) context.note('video is sent without supports_streaming');
  const bytes = upload(media.media ?? media[type], parts);
  const isGif = bytes.subarray(0, 3).toString('latin1') === 'GIF';
  const isMp4 = bytes.subarray(4, 8).toString('latin1') === 'ftyp';
  if (!isMp4 && !(isGif && type === 'animation')) context.note(`${type} is neither MP4 nor GIF`);
  const { id } = context.state.addFile(bytes, isGif ? 'gif' : 'mp4');
  const clip: FakeClip = {
    file_id: id,
    file_unique_id: `u-${id}`,
    width: Number(media.width ?? 0),
    height: Number(media.height ?? 0),
    duration: Number(media.duration ?? 0),
    ...thumbnailOf(media.thumbnail, parts, context),
    mime_type: isGif ? 'image/gif' : 'video/mp4',
    file_size: bytes.length,
  };
  const caption = media.caption === undefined ? {} : { caption: String(media.caption) };
  if (type === 'video') return { video: clip, ...caption };
  // For old clients an animation is a document too.
  const { duration: _, height: __, width: ___, ...document } = clip;
  return { animation: clip, document, ...caption };
};

/** Changes a message in place, or refuses when nothing changes. */
const change = (message: FakeMessage, content: Partial<FakeMessage>, markup: unknown): FakeMessage => {
  const keyboard = markup as FakeKeyboard | undefined;
  const next = { ...content, ...(keyboard && keyboard.inline_keyboard.length > 0 ? { reply_markup: keyboard } : {}) };
  const { text, caption, reply_markup } = message;
  if (
    !('video' in next) &&
    !('animation' in next) &&
    JSON.stringify({ text, caption, reply_markup }) === JSON.stringify({ text: next.text, caption: next.caption, reply_markup: next.reply_markup })
  ) {
    throw bad(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  }
  if (!('reply_markup' in next)) delete message.reply_markup;
  if ('video' in next || 'animation' in next) delete message.text;
  return Object.assign(message, next, { edit_date: Math.floor(Date.now() / 1000) });
};

const scopeOf = (scope: unknown): string => JSON.stringify(scope ?? { type: 'default' });

type Method = (params: Params, context: MethodContext, parts: Parts) => unknown;

export const methods: Readonly<Record<string, Method>> = {
  setMyCommands: ({ scope, commands }, { state }) => Boolean(state.menus.set(scopeOf(scope), commands)),
  getMyCommands: ({ scope }, { state }) => state.menus.get(scopeOf(scope)) ?? [],
  sendChatAction: (params, context) => Boolean(reach(context, params)),
  sendMessage: (params, context) => send(context, params, { text: String(params.text) }),
  sendVideo: (params, context, parts) => send(context, params, clipOf('video', params, parts, context)),
  sendAnimation: (params, context, parts) => send(context, params, clipOf('animation', params, parts, context)),

  editMessageText(params, context) {
    const message = found(context, params, 'edit');
    if (message.text === undefined) throw bad('there is no text in the message to edit');
    return change(message, { text: String(params.text) }, params.reply_markup);
  },
  editMessageCaption(params, context) {
    const message = found(context, params, 'edit');
    if (message.text !== undefined) throw bad('there is no caption in the message to edit');
    return change(message, { caption: String(params.caption) }, params.reply_markup);
  },
  editMessageMedia(params, context, parts) {
    const message = found(context, params, 'edit');
    const media = params.media as Params;
    return change(message, clipOf(media.type as 'video' | 'animation', media, parts, context), params.reply_markup);
  },
  deleteMessage(params, context) {
    const message = found(context, params, 'delete');
    if (Date.now() / 1000 - message.date > 48 * 3600) throw bad("message can't be deleted");
    return context.state.remove(message.chat.id, message.message_id);
  },

  getFile({ file_id }, { state }) {
    const file = state.files.get(String(file_id));
    if (!file) throw bad('wrong file_id or the file is temporarily unavailable');
    if (file.declaredBytes > MAX_DOWNLOAD_BYTES) throw bad('file is too big');
    return { file_id: file.id, file_unique_id: `u-${file.id}`, file_size: file.declaredBytes, file_path: file.path };
  },
  getChatMember(params, context) {
    const chat = reach(context, params);
    const id = Number(params.user_id);
    const user = { id, is_bot: false, first_name: `user ${id}` };
    const status = context.state.members.get(chat.id)?.get(id) ?? 'left';
    if (status === 'creator') return { status, user, is_anonymous: false };
    if (status !== 'administrator') return { status, user };
    const rights = [
      'can_manage_chat',
      'can_delete_messages',
      'can_manage_video_chats',
      'can_restrict_members',
      'can_promote_members',
      'can_change_info',
      'can_invite_users',
      'can_post_stories',
      'can_edit_stories',
      'can_delete_stories',
    ];
    return { status, user, can_be_edited: false, is_anonymous: false, ...Object.fromEntries(rights.map((right) => [right, true])) };
  },
  answerCallbackQuery({ callback_query_id, text, show_alert }, { queries }) {
    const answer = queries.get(String(callback_query_id));
    if (!answer) throw bad('query is too old and response timeout expired or query ID is invalid');
    queries.delete(String(callback_query_id));
    answer({ ...(text === undefined ? {} : { text: String(text) }), ...(show_alert === undefined ? {} : { show_alert: show_alert === true }) });
    return true;
  },
};
