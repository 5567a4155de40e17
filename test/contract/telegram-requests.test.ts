/** What people send to the bot on Telegram, and what becomes of it, against the protocol-true fake. */
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Bench, startBench } from '../support/fake-telegram-bench.ts';
import { heic, jpeg, webp } from '../support/photos.ts';

let bench: Bench;
let photo: Buffer;

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'));
  photo = await jpeg(320, 240);
  await bench.channel().start();
});
afterAll(async () => {
  await bench.close();
  expect(bench.telegram.violations).toEqual([]);
});

/** Nothing is answered and no job made within the time that everything else here takes many times over. */
const silence = async (request: Parameters<Bench['findJob']>[0]): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await bench.findJob(request)).toBeNull();
  expect(bench.telegram.messages(request.chat)).toEqual([]);
};

describe('a private chat', () => {
  it('takes a photo with a caption, acknowledges it before anything else and shows how the job stands', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Ada', 'de');
    const request = telegram.sendPhoto(user, chat, photo, { caption: 'waves — seconds 2 is just words, --seconds 2 --gif --seed 7' });
    const status = await bench.replyTo(request);
    const job = await bench.jobOf(request);
    const methods = telegram.calls.map(({ method }) => method);
    expect(methods.indexOf('sendMessage')).toBeLessThan(methods.indexOf('getFile'));
    expect(job.origin).toEqual({
      channel: 'telegram',
      place: `telegram:chat:${chat.id}`,
      room: '',
      user: `telegram:user:${user.id}`,
      userName: 'Ada',
      locale: 'de',
    });
    expect(job.address).toEqual({ chatId: chat.id, threadId: null, requestMessageId: request.message_id, statusMessageId: status.message_id });
    expect(job.request).toMatchObject({ format: 'gif', seconds: 2, seed: 7 });
    expect(job.photo).toMatchObject({ widthPx: 320, heightPx: 240 });
    expect(job.maxClipBytes).toBeLessThan(50_000_000);
    await bench.until(() => /^⏳ (You are next|Number \d+ in line)/.test(status.text ?? ''));
    expect(status.reply_markup?.inline_keyboard.flat().map((button) => button.text)).toEqual(['✖️ Cancel']);
  });

  it('animates a photo without words gently, and a reply with words to it anew', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Bea');
    const request = telegram.sendPhoto(user, chat, photo);
    expect((await bench.jobOf(request)).request.prompt).toBe('');
    const words = telegram.sendText(user, chat, 'clouds drift', { replyTo: request });
    expect((await bench.jobOf(words)).request.prompt).toBe('clouds drift');
  });

  it('takes words under a clip for words, not for a photo that it cannot read', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Zac');
    const request = telegram.sendPhoto(user, chat, photo, { caption: 'waves' });
    const status = await bench.replyTo(request);
    const { job, clip } = await bench.finish((await bench.jobOf(request)).id);
    await bench.channel().deliver(job, clip);
    expect((await bench.replyTo(telegram.sendText(user, chat, 'thank you', { replyTo: status }))).text).toMatch(/bring it to life/);
  });

  it.each([
    ['an image file', 'image/png'],
    ['a file whose type was lost', undefined],
  ])('takes %s', async (_what, documentType) => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Cem');
    const request = telegram.sendPhoto(user, chat, photo, { caption: 'smoke', ...(documentType ? { documentType } : {}) });
    expect((await bench.jobOf(request)).photo?.type).toBe('image/jpeg');
  });

  it.each([
    ['words without a photo', '/start', /bring it to life/],
    ['an unknown command', '/sing', /bring it to life/],
    ['a command for the allowance', '/quota', /100 of 100 credits left today/],
    ['the same with its reasons', '/quota why', /credits left today[^\n]*\n(Nothing has happened|2026-11-21 )/],
    ['nothing to cancel', '/cancel', /no clip in progress/],
    ['/animate without a photo', '/animate waves', /need a photo/],
  ])('answers %s', async (_what, text, expected) => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Dov');
    expect((await bench.replyTo(telegram.sendText(user, chat, text))).text).toMatch(expected);
  });

  it.each([
    ['a file that is no image', { documentType: 'application/pdf', caption: 'x' }, /cannot read this kind of file \(application\/pdf\)/],
    ['a file over the limit', { documentType: 'image/png', declaredBytes: 21_000_000, caption: 'x' }, /photo is 20 MB; I take up to 15 MB/],
    ['an option that does not exist', { caption: 'waves --colour red' }, /option cannot be “colour”/],
    ['a clip that is too long', { caption: 'waves --seconds 60' }, /seconds must be between 1 and 8/],
  ])('refuses %s in words and spends nothing', async (_what, sending, expected) => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Eva');
    const request = telegram.sendPhoto(user, chat, photo, sending);
    const answer = await bench.replyTo(request);
    await bench.until(() => expected.test(answer.text ?? ''));
    expect(await bench.findJob(request)).toBeNull();
    expect((await bench.replyTo(telegram.sendText(user, chat, '/quota'))).text).toMatch(/100 of 100/);
  });

  it('turns the acknowledgement into the reason when the photo cannot be read', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Fay');
    const request = telegram.sendPhoto(user, chat, heic(), { caption: 'waves', documentType: 'image/heic' });
    const answer = await bench.replyTo(request);
    await bench.until(() => answer.text?.includes('HEIC'));
    expect(telegram.messages(chat)).toHaveLength(1);
  });

  it('animates the captioned member of an album and no other', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Gil');
    const albumId = 'album-1';
    const first = telegram.sendPhoto(user, chat, photo, { albumId });
    const second = telegram.sendPhoto(user, chat, photo, { albumId, caption: 'leaves' });
    const third = telegram.sendPhoto(user, chat, photo, { albumId });
    await bench.jobOf(second);
    await new Promise((resolve) => setTimeout(resolve, 2_800));
    expect([await bench.findJob(first), await bench.findJob(third)]).toEqual([null, null]);
    expect(telegram.messages(chat)).toHaveLength(1);
  });

  it('asks once which photo of an album without words is meant', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Hal');
    const first = telegram.sendPhoto(user, chat, photo, { albumId: 'album-2' });
    telegram.sendPhoto(user, chat, photo, { albumId: 'album-2' });
    expect((await bench.replyTo(first)).text).toMatch(/Which of these photos/);
    expect(telegram.messages(chat)).toHaveLength(1);
  });
});

describe('a group', () => {
  it.each(['/animate waves', '/animate@stillmotion_bot waves', '/Animate@Stillmotion_Bot\nwaves'])('takes a photo with the caption %j', async (caption) => {
    const { telegram } = bench;
    const request = telegram.sendPhoto(telegram.person('Ida').user, telegram.group('Lake'), photo, { caption });
    expect((await bench.jobOf(request)).request.prompt).toBe('waves');
  });

  it('takes a reply to a photo and to a still sticker, and makes the size of the photo it means', async () => {
    const { telegram } = bench;
    const [author, asker] = [telegram.person('Jo').user, telegram.person('Kim').user];
    const chat = telegram.group('Lake');
    const original = telegram.sendPhoto(author, chat, photo);
    const asked = telegram.sendText(asker, chat, '/animate waves', { replyTo: original });
    const job = await bench.jobOf(asked);
    expect(job.origin).toMatchObject({ user: `telegram:user:${asker.id}`, place: `telegram:chat:${chat.id}` });
    expect(job.photo?.widthPx).toBe(320);
    const sticker = telegram.sendSticker(author, chat, await webp());
    expect((await bench.jobOf(telegram.sendText(asker, chat, '/animate', { replyTo: sticker }))).photo?.type).toBe('image/webp');
    const moving = telegram.sendSticker(author, chat, Buffer.from('tgs'), true);
    expect((await bench.replyTo(telegram.sendText(asker, chat, '/animate', { replyTo: moving }))).text).toMatch(/animated sticker/);
  });

  it('keeps to its topic', async () => {
    const { telegram } = bench;
    const chat = telegram.group('Forum', [], true);
    const request = telegram.sendPhoto(telegram.person('Lev').user, chat, photo, { caption: '/animate waves', threadId: 17 });
    expect((await bench.replyTo(request)).message_thread_id).toBe(17);
    const job = await bench.jobOf(request);
    expect(job.origin.room).toBe('17');
    expect(job.address.threadId).toBe(17);
  });

  it('leaves alone what is not meant for it', async () => {
    const { telegram } = bench;
    const { user } = telegram.person('Mia');
    const chat = telegram.group('Talk');
    telegram.sendText(user, chat, 'hello everybody');
    telegram.sendPhoto(user, chat, photo, { caption: 'my holiday' });
    telegram.sendText(user, chat, '/sing');
    telegram.sendText({ ...telegram.bot, id: 42, username: 'other_bot' }, chat, '/help');
    await silence(telegram.sendPhoto(user, chat, photo, { caption: '/animate@other_bot waves' }));
  });
});

describe('repetition', () => {
  it('makes one job and one reply of an update that arrives again, also after a restart', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Nia');
    const request = telegram.sendPhoto(user, chat, photo, { caption: 'waves' });
    telegram.repeatLastUpdate();
    const job = await bench.jobOf(request);
    telegram.repeatLastUpdate();
    await bench.restart();
    telegram.repeatLastUpdate();
    const later = telegram.sendText(user, chat, '/quota');
    expect((await bench.replyTo(later)).text).toMatch(/99 of 100/);
    expect(telegram.messages(chat).filter((message) => message.reply_to_message?.message_id === request.message_id)).toHaveLength(1);
    expect((await bench.deps.store.jobs.unfinishedOf(job.origin.user, job.origin.place)).map(({ id }) => id)).toEqual([job.id]);
  });
});

describe('under trouble', () => {
  it('recovers from conflicts, flood waits, server faults and lost connections while polling', async () => {
    const { telegram } = bench;
    telegram.fault('getUpdates', { status: 409, description: 'Conflict: terminated by other getUpdates request' });
    telegram.fault('getUpdates', { status: 502, description: 'Bad Gateway' });
    telegram.fault('getUpdates', 'hang-up');
    const { user, chat } = telegram.person('Oli');
    const request = telegram.sendText(user, chat, '/quota');
    await bench.replyTo(request);
    const second = telegram.sendText(user, chat, '/quota');
    expect(
      (await bench.until(() => telegram.messages(chat).find((message) => message.reply_to_message?.message_id === second.message_id), 10_000)).text,
    ).toMatch(/credits left/);
    expect(bench.logged.some((line) => line.includes('another program polls'))).toBe(true);
  });

  it('takes the request although the acknowledgement is held back by a flood wait', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Pia');
    telegram.fault('sendMessage', telegram.floodWait(30));
    const job = await bench.jobOf(telegram.sendPhoto(user, chat, photo, { caption: 'waves' }));
    expect(job.address.statusMessageId).toBeNull();
  });

  it('keeps answering others while one download hangs', async () => {
    const { telegram } = bench;
    const download = bench.deps.downloader.download;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    Object.assign(bench.deps.downloader, { download: async (url: string) => (await held, download(url)) });
    const slow = telegram.person('Quy');
    const request = telegram.sendPhoto(slow.user, slow.chat, photo, { caption: 'waves' });
    await bench.replyTo(request);
    const quick = telegram.person('Ria');
    await bench.replyTo(telegram.sendText(quick.user, quick.chat, '/quota'));
    expect(await bench.findJob(request)).toBeNull();
    release();
    Object.assign(bench.deps.downloader, { download });
    await bench.jobOf(request);
  });

  it('tells the person when something breaks here, and keeps the reason to the log', async () => {
    const { deps, telegram } = bench;
    const broken = vi.spyOn(deps.store.ledger, 'balance').mockRejectedValueOnce(new Error('relation "secret" is away'));
    const { user, chat } = telegram.person('Kim');
    expect((await bench.replyTo(telegram.sendText(user, chat, '/quota'))).text).toMatch(/^⚠️ Something went wrong on my side/);
    expect(broken).toHaveBeenCalledOnce();
    await bench.until(() => bench.logged.some((line) => line.includes('relation')));
  });

  it('writes neither the token nor the words to the log', () => {
    const everything = bench.logged.join('\n');
    expect(everything).not.toContain(bench.telegram.token);
    expect(everything).not.toContain('waves');
  });
});
