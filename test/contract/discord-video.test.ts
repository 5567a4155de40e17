/** Clips from words alone on Discord, against a protocol-true Discord: the command, its engines, its buttons, and what is refused in words. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Bench, startBench } from '../support/fake-discord-bench.ts';
import type { FakeInteraction } from '../support/fake-discord-state.ts';
import { eitherManifest, sampleManifest, wordlessManifest, wordsManifest } from '../support/manifest.ts';
import { jpeg } from '../support/photos.ts';

let bench: Bench;
let photo: string;

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'), [sampleManifest, eitherManifest, wordlessManifest, wordsManifest]);
  photo = bench.discord.addPhoto(await jpeg()).id;
});
afterAll(async () => {
  const { violations } = bench.discord;
  await bench.close();
  expect(violations).toEqual([]);
});

const answerOf = (asked: FakeInteraction): Promise<string> => bench.until(() => asked.original?.content);
const video = (values: Record<string, string | number | boolean> = {}): FakeInteraction =>
  bench.discord.slash('video', { prompt: 'a red boat on a lake', ...values });

describe('/video', () => {
  it('is registered with the bounds of the engines that work from words', () => {
    const command = bench.discord.commands().find(({ name }) => name === 'video');
    const options = command?.options as { name: string; required?: boolean; max_value?: number; min_value?: number }[];
    expect(options.map(({ name }) => name)).toEqual(['prompt', 'engine', 'seconds', 'fps', 'seed', 'format', 'negative']);
    expect(options.filter(({ required }) => required).map(({ name }) => name)).toEqual(['prompt']);
    expect(options.find(({ name }) => name === 'seconds')).toMatchObject({ min_value: 0.3, max_value: 20 });
  });

  it('makes a job without a photo, with the first engine that needs none, and its clip comes back', async () => {
    const asked = video({ seed: 7, negative: 'blurry' });
    const job = await bench.jobOf(asked);
    expect(job).toMatchObject({
      photo: null,
      request: { engine: 'modelscope', seed: 7, negativePrompt: 'blurry', widthPx: 704, heightPx: 480, frameCount: 97 },
    });
    expect(await answerOf(asked)).toMatch(/^> a red boat on a lake\n⏳ /);
    const { job: done, clip } = await bench.finish(job.id);
    await bench.channel().deliver(done, clip);
    expect(asked.original?.content).toBe('> a red boat on a lake\n-# seed 7 · modelscope · 4.04 s · 24 fps · without “blurry”');
    expect(asked.original?.attachments[0]?.description).toBe('A 4.04-second clip made from words: a red boat on a lake');
  });

  it('Again and New seed make it anew, without a photo and with the same frames', async () => {
    const asked = video({ engine: 'ltx', seconds: 2, seed: 7 });
    const { job, clip } = await bench.finish((await bench.jobOf(asked)).id);
    await bench.until(() => asked.original?.content);
    await bench.channel().deliver(job, clip);
    if (!asked.original) throw new Error('there is no message');
    for (const [button, seed] of [
      ['again', 7],
      ['newSeed', expect.any(Number)],
    ] as const) {
      const repeated = await bench.jobOf(bench.discord.press(asked.original, `${button}:${job.id}`));
      expect(repeated).toMatchObject({ photo: null, parentId: job.id, request: { ...job.request, seed } });
    }
  });

  it.each([
    ['an engine that needs a photo', { engine: 'svd' }, 'I need a photo'],
    ['words that are none', { prompt: ' \u200b ' }, 'Tell me in a few words'],
    ['more frames than there can be', { engine: 'ltx', seconds: 20 }, '480 frames; I make up to 257'],
  ])('refuses %s in words', async (_what, values, words) => expect(await answerOf(video(values))).toContain(words));

  it('suggests its own engines and scenes, /animate those that take a photo', async () => {
    const values = async (line: string, given: Record<string, string>, focused: string): Promise<string[]> => {
      const asked = bench.discord.autocomplete(line, given, focused);
      return (await bench.until(() => asked.choices)).map((choice) => String((choice as { value?: unknown }).value));
    };
    expect(await values('video', { engine: '' }, 'engine')).toEqual(['modelscope', 'ltx']);
    expect(await values('animate', { engine: '' }, 'engine')).toEqual(['motion', 'ltx', 'svd']);
    expect(await values('video', { prompt: 'fox' }, 'prompt')).toEqual(['a fox walking through fresh snow']);
  });
});

describe('/animate with several engines', () => {
  it('refuses an engine that takes no photo, and names those that do', async () =>
    expect(await answerOf(bench.discord.slash('animate', { image: photo, prompt: 'waves', engine: 'modelscope' }))).toBe(
      '⚠️ ModelScope makes clips from words alone and takes no photo. For a photo choose Motion (motion) or LTX Video (ltx) or SVD (svd).',
    ));
  it('goes on without words for an engine that reads none', async () => {
    const job = await bench.jobOf(bench.discord.slash('animate', { image: photo, engine: 'svd' }));
    expect(job).toMatchObject({ photo: { type: 'image/jpeg' }, request: { engine: 'svd', widthPx: 672, heightPx: 448 } });
  });
  it('keeps to an engine for photos where the place prefers one for words', async () => {
    const moderator = { userId: '590', permissions: String(1n << 5n) };
    await answerOf(bench.discord.slash('stillmotion settings set', { setting: 'default_engine', value: 'modelscope' }, moderator));
    expect((await bench.jobOf(bench.discord.slash('animate', { image: photo, prompt: 'waves' }))).request.engine).toBe('motion');
    await answerOf(bench.discord.slash('stillmotion settings set', { setting: 'default_engine', value: 'ltx' }, moderator));
    expect((await bench.jobOf(video())).request.engine).toBe('ltx');
  });
});

it('where nothing works from words, the command is not offered, and one from an old menu is answered in a sentence', async () => {
  const stale = bench.discord.commands().find(({ name }) => name === 'video');
  const poor = await startBench(inject('templateDirectory'));
  try {
    expect(poor.discord.commands().map(({ name }) => name)).not.toContain('video');
    poor.discord.commands().push(stale as NonNullable<typeof stale>);
    const asked = poor.discord.slash('video', { prompt: 'a boat' });
    expect(await poor.until(() => asked.original?.content)).toContain('Nothing installed here makes a clip from words alone. Send a photo with your words');
  } finally {
    await poor.close();
  }
});
