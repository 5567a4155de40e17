/** Negative controls: mistakes a bot could make on Telegram, each of which the validator must catch, beside their correct twins. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTelegramApi, type Payload, type TelegramApi } from '../../bots/telegram/api.ts';
import { type FakeTelegram, startFakeTelegram } from '../support/fake-telegram.ts';
import { jpeg, mp4Video } from '../support/photos.ts';

let telegram: FakeTelegram;
let api: TelegramApi;
let chatId: number;
let video: Payload;

beforeAll(async () => {
  telegram = await startFakeTelegram();
  api = createTelegramApi(telegram.token, telegram.apiRoot);
  chatId = telegram.person('Ada').chat.id;
  video = {
    chat_id: chatId,
    video: { source: mp4Video(), filename: 'clip.mp4' },
    small: { source: await jpeg(96, 64), filename: 'small.jpg' },
    thumbnail: 'attach://small',
    width: 640,
    height: 480,
    duration: 3,
    supports_streaming: true,
    caption: '<b>waves</b>',
    parse_mode: 'HTML',
    reply_parameters: { message_id: 1, allow_sending_without_reply: true },
  };
});
afterAll(() => telegram.close());

/** What the fake objects to in one call. */
const objections = async (method: string, payload: Payload): Promise<readonly string[]> => {
  telegram.violations.length = 0;
  await api.call(method, payload).catch(() => undefined);
  return [...telegram.violations];
};
const withButton = (button: object): Payload => ({ chat_id: chatId, text: 'x', reply_markup: { inline_keyboard: [[button]] } });

describe('the validator accepts', () => {
  it.each<[string, string, () => Payload]>([
    ['a text of 4096 characters', 'sendMessage', () => ({ chat_id: chatId, text: 'x'.repeat(4096) })],
    ['a caption of 1024 characters that its tags make longer', 'sendVideo', () => ({ ...video, caption: `<b>${'&lt;'.repeat(1024)}</b>` })],
    ['callback data of 64 bytes', 'sendMessage', () => withButton({ text: 'Go', callback_data: 'x'.repeat(64) })],
    ['a video with its thumbnail and a reply', 'sendVideo', () => video],
    [
      'a reply whose target is gone',
      'sendMessage',
      () => ({ chat_id: chatId, text: 'x', reply_parameters: { message_id: 1, allow_sending_without_reply: true } }),
    ],
  ])('%s', async (_what, method, payload) => expect(await objections(method, payload())).toEqual([]));
});

describe('the validator catches', () => {
  it.each<[string, string, () => Payload, RegExp]>([
    ['a text of 4097 characters', 'sendMessage', () => ({ chat_id: chatId, text: 'x'.repeat(4097) }), /textLength/],
    ['an empty text', 'sendMessage', () => ({ chat_id: chatId, text: '' }), /textLength/],
    ['a caption of 1025 characters', 'sendVideo', () => ({ ...video, caption: 'x'.repeat(1025) }), /textLength/],
    ['callback data of 65 bytes in fewer characters', 'sendMessage', () => withButton({ text: 'Go', callback_data: `${'é'.repeat(32)}x` }), /textLength/],
    ['a wrong type', 'sendMessage', () => ({ chat_id: chatId, text: 5 }), /must be string/],
    ['a missing field', 'sendMessage', () => ({ text: 'x' }), /required property 'chat_id'/],
    ['a misspelled field', 'sendMessage', () => ({ chat_id: chatId, text: 'x', parsemode: 'HTML' }), /“parsemode”/],
    ['a misspelled field of a button', 'sendMessage', () => withButton({ text: 'Go', callbackdata: 'x' }), /“callbackdata”/],
    ['a misspelled method', 'sendMesage', () => ({ chat_id: chatId, text: 'x' }), /is not a method/],
    ['an unknown parse mode', 'sendMessage', () => ({ chat_id: chatId, text: 'x', parse_mode: 'Html5' }), /parse_mode/],
    ['HTML that does not parse', 'sendMessage', () => ({ chat_id: chatId, text: 'a < b', parse_mode: 'HTML' }), /not the HTML/],
    ['HTML that is not closed', 'sendMessage', () => ({ chat_id: chatId, text: '<b>waves', parse_mode: 'HTML' }), /not the HTML/],
    ['a thumbnail that was not attached', 'sendVideo', () => ({ ...video, small: undefined }), /points to a part that was not uploaded/],
    ['a thumbnail by file id', 'sendVideo', () => ({ ...video, small: undefined, thumbnail: 'file-1' }), /must be uploaded anew/],
    ['a thumbnail that is no JPEG', 'sendVideo', () => ({ ...video, small: { source: mp4Video(), filename: 'small.jpg' } }), /thumbnail must be a JPEG/],
    ['a video without its size', 'sendVideo', () => ({ ...video, width: undefined }), /without its width/],
    ['an upload that nothing points to', 'sendVideo', () => ({ ...video, thumbnail: undefined }), /used by no field/],
    ['reply parameters that are not JSON', 'sendVideo', () => ({ ...video, reply_parameters: '[object Object]' }), /reply_parameters is not JSON/],
    ['a button that does nothing', 'sendMessage', () => withButton({ text: 'Go' }), /exactly one thing/],
    ['an edit that names no message', 'editMessageText', () => ({ chat_id: chatId, text: 'x' }), /names no message/],
    ['an unknown chat action', 'sendChatAction', () => ({ chat_id: chatId, action: 'dancing' }), /is no action/],
    ['a command in capitals', 'setMyCommands', () => ({ commands: [{ command: 'Animate', description: 'x' }] }), /is no command/],
    ['a media type that does not exist', 'editMessageMedia', () => ({ chat_id: chatId, message_id: 1, media: { type: 'film', media: 'x' } }), /media/],
  ])('%s', async (_what, method, payload, expected) => expect((await objections(method, payload())).join('\n')).toMatch(expected));

  it('an update or an answer of its own that breaks the specification', () => {
    const { user, chat } = telegram.person('Bea');
    telegram.violations.length = 0;
    telegram.sendText({ ...user, first_name: undefined as unknown as string }, chat, 'x');
    expect(telegram.violations.join('\n')).toMatch(/first_name/);
  });
});
