/** The main job on Telegram with the real program: a photo and words go in, a clip comes back into the same message, checked by ffprobe. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Probe, probe } from '../../worker/media/probe.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type FakeTelegram, startFakeTelegram } from '../support/fake-telegram.ts';
import type { FakeChat, FakeMessage, FakeUser } from '../support/fake-telegram-state.ts';
import { jpeg } from '../support/photos.ts';
import { freePort } from '../support/program.ts';

const small = '--seconds 1 --fps 8 --steps 4';
let telegram: FakeTelegram;
let app: TestApp;
let photo: Buffer;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'stillmotion-telegram-'));
  telegram = await startFakeTelegram();
  photo = await jpeg(160, 100);
  app = await startTestApp({ TELEGRAM_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot, REDIS_URL: '' });
});
afterAll(async () => {
  await app?.close();
  await telegram.close();
  rmSync(directory, { recursive: true, force: true });
  expect(telegram.violations).toEqual([]);
});

const until = async <T>(find: () => T | null | undefined | false | Promise<T | null | undefined | false>, timeoutMs = 50_000): Promise<T> => {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const found = await find();
    if (found) return found;
  }
  throw new Error(`nothing came within ${timeoutMs} ms: ${find.toString().slice(0, 200)}; violations: ${telegram.violations.join('; ')}`);
};
const answerTo = (request: FakeMessage, server = telegram): Promise<FakeMessage> =>
  until(() => server.messages(request.chat).find((message) => message.reply_to_message?.message_id === request.message_id));
const says = async (request: FakeMessage, words: RegExp): Promise<void> => {
  const answer = await answerTo(request);
  await until(() => words.test(answer.text ?? ''));
};
const send = (user: FakeUser, chat: FakeChat, words: string): FakeMessage => telegram.sendPhoto(user, chat, photo, { caption: words });

/** The message with the clip, once it is there. */
const clipFor = async (request: FakeMessage, server = telegram): Promise<FakeMessage> => {
  const message = await answerTo(request, server);
  return until(() => ((message.video ?? message.animation) ? message : null));
};
const probed = async (message: FakeMessage, server = telegram): Promise<Probe> => {
  const clip = message.video ?? message.animation;
  const path = join(directory, clip?.file_id ?? '');
  writeFileSync(path, server.bytesOf(clip?.file_id ?? ''));
  return probe(path);
};
/** How long after a message of a person the bot's first one came, in milliseconds. */
const acknowledgedInMs = async (request: FakeMessage, sentAtMs: number): Promise<number> => {
  await answerTo(request);
  const call = telegram
    .callsOf('sendMessage')
    .find(({ params }) => (params.reply_parameters as { message_id: number } | undefined)?.message_id === request.message_id);
  return (call?.atMs ?? Number.POSITIVE_INFINITY) - sentAtMs;
};

describe('on Telegram', () => {
  it('is connected and answers', async () => {
    expect(app.channels()).toContainEqual({ name: 'telegram', state: 'connected', detail: 'connected as @stillmotion_bot' });
    const { user, chat } = telegram.person('Zoe');
    await says(telegram.sendText(user, chat, '/start'), /bring it to life/);
  });

  it('a photo with a caption comes back as an MP4 that plays everywhere, in the message that showed its progress', async () => {
    const { user, chat } = telegram.person('Ada');
    const sentAtMs = Date.now();
    const request = send(user, chat, `slow zoom in ${small} --seed 7`);
    const acknowledgedMs = await acknowledgedInMs(request, sentAtMs);
    console.info(`Telegram acknowledgement: ${acknowledgedMs} ms`);
    expect(acknowledgedMs).toBeLessThan(500);
    const message = await clipFor(request);
    expect(telegram.messages(chat)).toEqual([message]);
    expect(message.caption).toBe('<b>slow zoom in</b>\nseed <code>7</code> · motion · 1 s · 8 fps');
    const file = await probed(message);
    expect(file).toMatchObject({ container: expect.stringContaining('mp4'), codec: 'h264', pixelFormat: 'yuv420p', frameCount: 8 });
    expect(message.video).toMatchObject({
      width: file.widthPx,
      height: file.heightPx,
      duration: Math.round(file.seconds),
      thumbnail: { width: expect.any(Number) },
    });
    expect([file.widthPx, file.heightPx]).toEqual([160, 100]);
  });

  it('and as a GIF, from a reply in a group', async () => {
    const [author, asker] = [telegram.person('Bea').user, telegram.person('Cem').user];
    const chat = telegram.group('Lake');
    const original = telegram.sendPhoto(author, chat, photo, { caption: 'my holiday' });
    const message = await clipFor(telegram.sendText(asker, chat, `/animate@stillmotion_bot pan left ${small} --gif`, { replyTo: original }));
    const file = await probed(message);
    expect(file).toMatchObject({ codec: 'gif', widthPx: 160, heightPx: 100, frameCount: 8 });
    expect(message.animation).toMatchObject({ width: file.widthPx, height: file.heightPx, duration: Math.round(file.seconds), mime_type: 'image/gif' });
  });

  it('an update that comes three times makes one job and one charge', async () => {
    const { user, chat } = telegram.person('Dov');
    const request = send(user, chat, `zoom out ${small}`);
    telegram.repeatLastUpdate();
    telegram.repeatLastUpdate();
    await clipFor(request);
    expect(telegram.messages(chat)).toHaveLength(1);
    await says(telegram.sendText(user, chat, '/quota'), /^999\.95 of 1000/);
  });

  it('everybody is acknowledged at once while clips are made, and every clip arrives once', async () => {
    const people = Array.from({ length: 4 }, (_, i) => telegram.person(`Person ${i}`));
    const sentAtMs = Date.now();
    const requests = people.map(({ user, chat }) => send(user, chat, `zoom in ${small}`));
    const acknowledged = await Promise.all(requests.map((request) => acknowledgedInMs(request, sentAtMs)));
    console.info(`Telegram acknowledgements while the worker runs: ${acknowledged.join(', ')} ms`);
    expect(Math.max(...acknowledged)).toBeLessThan(500);
    await Promise.all(requests.map((request) => clipFor(request)));
    for (const { chat } of people) expect(telegram.messages(chat)).toHaveLength(1);
  });

  it('the Cancel button stops a running job, and Again makes the same clip', async () => {
    const { user, chat } = telegram.person('Eva');
    const long = await answerTo(telegram.sendPhoto(user, chat, await jpeg(960, 600), { caption: 'zoom in --seconds 8' }));
    await until(() => long.text?.startsWith('🎬') && long.reply_markup);
    await telegram.press(user, long, { label: /Cancel/ });
    await until(() => long.text?.startsWith('🛑 Canceled.'));
    const first = await clipFor(send(user, chat, `zoom in ${small}`));
    await telegram.press(user, first, { label: /Again/ });
    const second = await until(() => telegram.messages(chat).find((message) => message.video && message !== first));
    expect(telegram.bytesOf(second.video?.file_id ?? '').equals(telegram.bytesOf(first.video?.file_id ?? ''))).toBe(true);
  });

  it('a moderator changes each setting, the next request obeys, and another group does not notice', async () => {
    const boss = telegram.person('Fay').user;
    const member = telegram.person('Gil').user;
    const [here, there] = [telegram.group('Here', [boss]), telegram.group('There')];
    const set = (words: string): Promise<void> => says(telegram.sendText(boss, here, `/stillmotion settings set ${words}`), /applies from the next request/);
    const ask = (words = small): FakeMessage => send(member, here, `/animate zoom in ${words}`);

    await says(telegram.sendText(member, here, '/stillmotion settings set enabled off'), /Only moderators/);
    await set('enabled off');
    await says(ask(), /switched off here/);
    const elsewhere = send(member, there, `/animate zoom in ${small}`);
    await set('enabled on');
    await set('max_seconds 2');
    await says(ask('--seconds 3'), /up to 2 seconds/);
    await set('channels 17');
    await says(ask(), /may not be used in this channel/);
    await set('channels everywhere');
    await set('daily_quota 0');
    await says(ask(), /used all 0 credits/);
    await set('daily_quota default');
    await set('default_engine motion');
    const message = await clipFor(ask('--fps 8 --steps 4'));
    // Nobody who named no length is refused for it.
    expect((await probed(message)).seconds).toBeCloseTo(2, 1);
    await clipFor(elsewhere);
    await says(telegram.sendText(boss, here, '/stillmotion audit'), /settings-set max_seconds 2/);
  });
});

it('works the same over a webhook, and turns away who does not know the secret', async () => {
  const hooked = await startFakeTelegram();
  const port = await freePort();
  // A path of the operator's own, with what a route would take for a pattern.
  const url = `http://127.0.0.1:${port}/hook/123:abc`;
  const program = await startTestApp({
    PORT: String(port),
    TELEGRAM_TOKEN: hooked.token,
    TELEGRAM_API_ROOT: hooked.apiRoot,
    TELEGRAM_WEBHOOK_URL: url,
    REDIS_URL: '',
  });
  try {
    const { user, chat } = hooked.person('Hal');
    const message = await clipFor(hooked.sendPhoto(user, chat, photo, { caption: `tilt up ${small}` }), hooked);
    expect(await probed(message, hooked)).toMatchObject({ codec: 'h264', frameCount: 8 });
    const forged = JSON.stringify({ update_id: 1, message: { message_id: 1, date: 1, chat, from: user, text: '/help' } });
    const post = (secret: string) =>
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }, body: forged });
    expect((await post('guessed')).status).toBe(401);
    expect(hooked.messages(chat)).toHaveLength(1);
    expect(hooked.callsOf('getUpdates')).toEqual([]);
    expect(hooked.violations).toEqual([]);
  } finally {
    await program.close();
    await hooked.close();
  }
});
