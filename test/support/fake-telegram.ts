/** A Telegram to test against: the Bot API over HTTP with polling, webhooks, files and faults, every message held to the specification. */
import { randomBytes } from 'node:crypto';
import { checkRequest, checkResult, checkUpdate, methodFields, warmUp } from './bot-api-validator.ts';
import { type CallbackAnswer, type MethodContext, methods, type Refusal, RefusedCall, withoutReply } from './fake-telegram-methods.ts';
import { type Decoded, type Reply, startServer } from './fake-telegram-server.ts';
import { createState, type FakeChat, type FakeMessage, type FakeUser } from './fake-telegram-state.ts';
import { createUpdates } from './fake-telegram-updates.ts';

export interface Call extends Decoded {
  readonly method: string;
  readonly atMs: number;
  /** What was answered, once it was. */
  reply?: Reply;
}

export interface Sending {
  readonly caption?: string;
  readonly replyTo?: FakeMessage;
  readonly albumId?: string;
  readonly threadId?: number;
  /** Send as a file of this type instead of as a photo. */
  readonly documentType?: string;
  /** Pretend that the file has this size. */
  readonly declaredBytes?: number;
  /** Write in the name of this chat, as an anonymous administrator does. */
  readonly as?: FakeChat;
}

export type FakeTelegram = Awaited<ReturnType<typeof startFakeTelegram>>;

export const startFakeTelegram = async () => {
  warmUp();
  const token = `900001:${randomBytes(24).toString('base64url')}`;
  const state = createState({ id: 900_001, is_bot: true, first_name: 'Stillmotion', username: 'stillmotion_bot' });
  const violations: string[] = [];
  const calls: Call[] = [];
  const faults = new Map<string, (Refusal | 'hang-up' | 'cut-after')[]>();
  const queries = new Map<string, (answer: CallbackAnswer) => void>();
  const note = (violation: string): void => void violations.push(violation);
  const context: MethodContext = { state, queries, note };
  const updates = createUpdates((update) => checkUpdate(update).forEach(note));

  const perform = async (method: string, { params, parts }: Decoded, gone: AbortSignal): Promise<unknown> => {
    if (method === 'getMe') return { ...state.bot, can_join_groups: true, can_read_all_group_messages: false, supports_inline_queries: false };
    if (method === 'getUpdates') return updates.poll(params, gone);
    if (method === 'setWebhook') return updates.setWebhook(String(params.url), String(params.secret_token ?? ''));
    if (method === 'deleteWebhook') return updates.deleteWebhook();
    const implementation = methods[method];
    if (!implementation) throw new RefusedCall(404, 'Not Found: the fake does not know this method');
    return implementation(params, context, parts);
  };

  const serve = async (method: string, decoded: Decoded, gone: AbortSignal): Promise<Reply> => {
    const wrong = [...decoded.problems, ...checkRequest(method, decoded.params, [...decoded.parts.keys()])];
    wrong.forEach(note);
    const fault = faults.get(method)?.shift();
    if (fault === 'cut-after') {
      // performed, and the connection cut before the answer
      if (wrong.length === 0) await perform(method, decoded, gone).catch(() => undefined);
      return 'hang-up';
    }
    if (fault) return fault === 'hang-up' ? fault : { refusal: fault };
    if (!methodFields(method)) return { refusal: { status: 404, description: 'Not Found' } };
    if (wrong.length > 0) return { refusal: { status: 400, description: `Bad Request: ${wrong[0]}` } };
    try {
      const result = await perform(method, decoded, gone);
      if (!gone.aborted) checkResult(method, result).forEach(note);
      return { result };
    } catch (error) {
      if (error instanceof RefusedCall) return { refusal: error.refusal };
      throw error;
    }
  };

  const server = await startServer(token, {
    async call(method, decoded, gone) {
      const call: Call = { method, ...decoded, atMs: Date.now() };
      calls.push(call);
      return (call.reply = await serve(method, decoded, gone));
    },
    file: (path) => [...state.files.values()].find((file) => file.path === path)?.bytes ?? null,
  });

  const write = (from: FakeUser, chat: FakeChat, content: Partial<FakeMessage>, { as, replyTo, albumId, threadId }: Sending = {}): FakeMessage => {
    const message = state.addMessage(chat, {
      // Whoever writes in the name of a chat shows up as Telegram's stand-in bot.
      ...(as ? { from: { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' }, sender_chat: as } : { from }),
      ...(replyTo ? { reply_to_message: withoutReply(replyTo) } : {}),
      ...(albumId === undefined ? {} : { media_group_id: albumId }),
      ...(threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true }),
      ...content,
    });
    updates.push({ message: structuredClone(message) });
    return message;
  };

  const addChat = (chat: FakeChat): FakeChat => {
    state.chats.set(chat.id, chat);
    return chat;
  };

  return {
    token,
    apiRoot: server.apiRoot,
    active: server.active,
    bot: state.bot,
    calls,
    violations,
    state,

    /** A person and their private chat with the bot. */
    person(name: string, language = 'en'): { readonly user: FakeUser; readonly chat: FakeChat } {
      const id = 500_000 + state.nextId();
      return { user: { id, is_bot: false, first_name: name, language_code: language }, chat: addChat({ id, type: 'private', first_name: name }) };
    },
    group(title: string, administrators: readonly FakeUser[] = [], isForum = false): FakeChat {
      const chat = addChat({ id: -1_000_000_000_000 - state.nextId(), type: 'supergroup', title, ...(isForum ? { is_forum: true } : {}) });
      state.members.set(chat.id, new Map(administrators.map(({ id }) => [id, 'administrator'])));
      return chat;
    },

    sendText: (from: FakeUser, chat: FakeChat, text: string, sending: Sending = {}): FakeMessage => write(from, chat, { text }, sending),
    sendPhoto(from: FakeUser, chat: FakeChat, bytes: Uint8Array, sending: Sending = {}): FakeMessage {
      const { caption, declaredBytes, documentType } = sending;
      const { id } = state.addFile(Buffer.from(bytes), 'jpg', declaredBytes);
      const file = { file_id: id, file_unique_id: `u-${id}`, file_size: declaredBytes ?? bytes.length };
      const small = state.addFile(Buffer.from('a small copy'), 'jpg');
      // Sizes come in no promised order.
      const photo = [
        { ...file, width: 1280, height: 960 },
        { file_id: small.id, file_unique_id: `u-${small.id}`, width: 90, height: 67, file_size: small.bytes.length },
      ];
      return write(
        from,
        chat,
        {
          ...(documentType ? { document: { ...file, mime_type: documentType, file_name: 'photo' } } : { photo }),
          ...(caption === undefined ? {} : { caption }),
        },
        sending,
      );
    },
    sendSticker(from: FakeUser, chat: FakeChat, bytes: Uint8Array, isAnimated = false): FakeMessage {
      const { id } = state.addFile(Buffer.from(bytes), isAnimated ? 'tgs' : 'webp');
      return write(from, chat, {
        sticker: { file_id: id, file_unique_id: `u-${id}`, type: 'regular', width: 512, height: 512, is_animated: isAnimated, is_video: false },
      });
    },
    /**
     * Presses a button, by its label or with forged data.
     * @returns what the bot answered; rejects when it does not within `withinMs`
     */
    press(
      from: FakeUser,
      message: FakeMessage,
      what: { readonly label: RegExp } | { readonly data: string },
      options: { readonly tooOld?: boolean; readonly withinMs?: number } = {},
    ): Promise<CallbackAnswer> {
      const data = 'data' in what ? what.data : message.reply_markup?.inline_keyboard.flat().find((button) => what.label.test(button.text))?.callback_data;
      if (data === undefined) return Promise.reject(new Error('the message has no such button'));
      const id = randomBytes(8).readBigUInt64BE().toString();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('the press was not answered')), options.withinMs ?? 3_000);
        queries.set(id, (answer) => {
          clearTimeout(timer);
          resolve(answer);
        });
        const shown = options.tooOld ? { chat: message.chat, message_id: message.message_id, date: 0 } : structuredClone(message);
        updates.push({ callback_query: { id, from, chat_instance: String(message.chat.id), data, message: shown } });
      });
    },

    /** Sends the last update once more, as Telegram does when it is unsure whether it arrived. */
    repeatLastUpdate: updates.repeatLast,
    /** The messages of the bot that a chat shows now. */
    messages: (chat: FakeChat): FakeMessage[] => (state.messages.get(chat.id) ?? []).filter((message) => message.from?.id === state.bot.id),
    bytesOf: (fileId: string): Buffer => state.files.get(fileId)?.bytes ?? Buffer.alloc(0),
    /** The next `times` calls of a method fail like this, before they have any effect. */
    fault(method: string, refusal: Refusal | 'hang-up' | 'cut-after', times = 1): void {
      faults.set(method, [...(faults.get(method) ?? []), ...Array<Refusal | 'hang-up' | 'cut-after'>(times).fill(refusal)]);
    },
    floodWait: (seconds: number): Refusal => ({ status: 429, description: `Too Many Requests: retry after ${seconds}`, parameters: { retry_after: seconds } }),
    /** The group becomes a supergroup: another id, none of its old messages. @param by whoever did it, when Telegram shall tell of it */
    migrate(chat: FakeChat, by?: FakeUser): FakeChat {
      const moved = addChat({ ...chat, id: chat.id - 1, type: 'supergroup' });
      state.obstacles.set(chat.id, { kind: 'moved', to: moved.id });
      state.members.set(moved.id, state.members.get(chat.id) ?? new Map());
      if (by) {
        write(by, chat, { migrate_to_chat_id: moved.id });
        write(by, moved, { migrate_from_chat_id: chat.id });
      }
      return moved;
    },
    callsOf: (method: string): Call[] => calls.filter((call) => call.method === method),
    async close(): Promise<void> {
      updates.close();
      await server.close();
      // what was uploaded must not stay for as long as something that was killed still has a timer
      calls.length = 0;
    },
  };
};
