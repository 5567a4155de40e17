/** Clips from words alone on Telegram, against the protocol-true fake: the command, its options, its buttons, and what is refused in words. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Bench, startBench } from '../support/fake-telegram-bench.ts';
import { eitherManifest, sampleManifest, wordlessManifest, wordsManifest } from '../support/manifest.ts';
import { jpeg } from '../support/photos.ts';

let bench: Bench;
let photo: Buffer;

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'), undefined, [sampleManifest, eitherManifest, wordlessManifest, wordsManifest]);
  photo = await jpeg(320, 240);
  await bench.channel().start();
});
afterAll(async () => {
  await bench.close();
  expect(bench.telegram.violations).toEqual([]);
});

describe('/video', () => {
  it('stands in the menus', () => {
    const menus = bench.telegram.callsOf('setMyCommands').map(({ params }) => params.commands as { command: string }[]);
    for (const commands of menus) expect(commands.map(({ command }) => command)).toContain('video');
  });

  it('makes a job without a photo in a group, and its clip comes back into the message that showed it', async () => {
    const { telegram } = bench;
    const { user } = telegram.person('Ada');
    const chat = telegram.group('Lake');
    const request = telegram.sendText(user, chat, '/video@stillmotion_bot a red boat —seconds 2 —negative blurry, low quality —seed 7');
    const job = await bench.jobOf(request);
    expect(job).toMatchObject({
      photo: null,
      request: { prompt: 'a red boat', engine: 'modelscope', seed: 7, negativePrompt: 'blurry, low quality', frameCount: 49, seconds: 2.04 },
    });
    const status = await bench.replyTo(request);
    const { job: done, clip } = await bench.finish(job.id);
    await bench.channel().deliver(done, clip);
    expect(status.video).toBeTruthy();
    expect(status.caption).toContain('<b>a red boat</b>\nseed <code>7</code> · modelscope · 2.04 s · 24 fps · without “blurry, low quality”');
    expect(telegram.callsOf('getFile')).toEqual([]);

    await telegram.press(user, status, { label: /New seed/ });
    const again = await bench.until(async () => (await bench.deps.store.jobs.unfinishedOf(job.origin.user, job.origin.place))[0]);
    expect(again).toMatchObject({ photo: null, parentId: job.id, request: { ...job.request, seed: expect.any(Number) } });
    expect(again?.request.seed).not.toBe(7);
  });

  it('leaves a photo alone that it merely replies to', async () => {
    const { telegram } = bench;
    const { user } = telegram.person('Bea');
    const chat = telegram.group('Lake');
    const original = telegram.sendPhoto(user, chat, photo);
    expect(await bench.jobOf(telegram.sendText(user, chat, '/video a fox --engine ltx', { replyTo: original }))).toMatchObject({
      photo: null,
      request: { engine: 'ltx' },
    });
  });

  it.each([
    ['no words', '/video', /^⚠️ Tell me in a few words/],
    ['an engine that needs a photo', '/video a boat --engine svd', /^⚠️ I need a photo/],
    ['frames that cannot be', '/video a boat --frames 50', /^⚠️ This engine cannot make a clip of 50 frames\. Nearest: 49 or 57\.$/],
    ['a size that cannot be', '/video a boat --width 500', /^⚠️ This engine cannot make a clip of 500×… pixels\. Nearest: 512×352/],
    ['what the engine cannot do', '/video a boat --loop', /^⚠️ ModelScope does not know the option loop\. Leave it out\.$/],
    ['words to avoid that are none', '/video a boat --negative', /^⚠️ negative cannot be “”\. Possible: a few words\./],
  ])('refuses %s in words', async (_what, text, words) => {
    const { user, chat } = bench.telegram.person('Cem');
    const answer = await bench.replyTo(bench.telegram.sendText(user, chat, text));
    await bench.until(() => words.test(answer.text ?? ''));
  });

  it('sends a photo that came with it to the command for photos', async () => {
    const { user, chat } = bench.telegram.person('Dov');
    expect((await bench.replyTo(bench.telegram.sendPhoto(user, chat, photo, { caption: '/video a boat' }))).text).toBe(
      '⚠️ /video makes clips from words alone and takes no photo. For a photo choose /animate.',
    );
  });

  it('is told of in the help', async () => {
    const { user, chat } = bench.telegram.person('Eva');
    const { text } = await bench.replyTo(bench.telegram.sendText(user, chat, '/help'));
    expect(text).toContain('For a clip from words alone, without a photo: /video');
    expect(text).toContain('svd (SVD: a photo)');
  });
});

it('a photo with an engine that takes none is refused, and those that do are named', async () => {
  const { user, chat } = bench.telegram.person('Fay');
  const request = bench.telegram.sendPhoto(user, chat, photo, { caption: 'waves --engine modelscope' });
  const answer = await bench.replyTo(request);
  await bench.until(() => answer.text?.includes('For a photo choose Motion (motion) or LTX Video (ltx) or SVD (svd).'));
  expect(bench.telegram.callsOf('getFile')).toEqual([]);
});

it('where nothing works from words, /video is not in the menus and says so when it is typed', async () => {
  const poor = await startBench(inject('templateDirectory'));
  try {
    await poor.channel().start();
    expect(JSON.stringify(poor.telegram.callsOf('setMyCommands'))).not.toContain('video');
    const { user, chat } = poor.telegram.person('Gil');
    expect((await poor.replyTo(poor.telegram.sendText(user, chat, '/video a boat'))).text).toContain('Nothing installed here makes a clip from words alone.');
  } finally {
    await poor.close();
    expect(poor.telegram.violations).toEqual([]);
  }
});
