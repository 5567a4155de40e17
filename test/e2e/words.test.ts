/** Models besides the shipped one, through every door but the page: words alone and a photo become clips on the command line and in both chats. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { probe } from '../../worker/media/probe.ts';
import { startChatsApp, until } from '../support/chats-app.ts';
import type { FakeInteraction } from '../support/fake-discord-state.ts';
import type { FakeMessage } from '../support/fake-telegram-state.ts';

const root = join(import.meta.dirname, '..', '..');
const chats = await startChatsApp({ scenes: 'animatediff', moving: 'svd' });
const { directory, discord, facts, modelsDir, photo, telegram } = chats;
afterAll(async () => expect(await chats.close()).toEqual([]));

const fromWords = { codec: 'h264', pixelFormat: 'yuv420p', widthPx: 64, heightPx: 64, frameCount: 4 };
const fromPhoto = { codec: 'h264', pixelFormat: 'yuv420p', widthPx: 64, heightPx: 48, frameCount: 4 };

describe('the command line', () => {
  const clip = (...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'worker/cli.ts', ...args], {
        cwd: root,
        env: { ...process.env, MODELS_DIR: modelsDir, LOG_LEVEL: 'fatal' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const said = { out: '', err: '' };
      child.stdout.on('data', (text: Buffer) => void (said.out += String(text)));
      child.stderr.on('data', (text: Buffer) => void (said.err += String(text)));
      child.on('error', reject).on('close', (code) => resolve({ code, ...said }));
    });

  it('makes a clip of words alone', async () => {
    const out = join(directory, 'words.mp4');
    const run = await clip('--text', 'a red boat on a lake', '--negative', 'blurry', '--seed', '7', '--out', out);
    expect(run).toMatchObject({ code: 0 });
    expect(run.out).toContain('64×64, 0.5 s, 8 fps, 4 frames');
    expect(run.out).toMatch(/seed 7 · scenes \w+ · 4 steps/);
    expect(run.err.trim().split('\n')).toContain('Reading the words …');
    expect(await probe(out)).toMatchObject(fromWords);
  });

  it('makes a clip of a photo with the engine that was named, and says that it read no words', async () => {
    const [path, out] = [join(directory, 'photo.jpg'), join(directory, 'photo.mp4')];
    writeFileSync(path, photo);
    const run = await clip(path, 'waves', '--engine', 'moving', '--width', '64', '--out', out);
    expect(run).toMatchObject({ code: 0 });
    expect(run.out).toContain('reads no words; the photo alone decided what moves.');
    expect(await probe(out)).toMatchObject(fromPhoto);
  });

  it('refuses in one line what an engine cannot do, and lists what each takes', async () => {
    const path = join(directory, 'refused.jpg');
    writeFileSync(path, photo);
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--text', 'a boat', '--engine', 'moving'], /I need a photo/],
      [[path, 'a boat', '--engine', 'scenes'], /takes no photo\. For a photo choose Motion \(motion\) or moving\.$/],
      [['--text', 'a boat', '--width', '70', '--height', '64'], /cannot make a clip of 70×64 pixels\. Nearest: (72|64)×64/],
      [['--text', 'a boat', '--frames', '99'], /cannot make a clip of 99 frames\. Nearest: 23 or 24\.$/],
    ];
    const runs = await Promise.all(cases.map(([args]) => clip(...args)));
    runs.forEach(({ code, err }, i) => {
      expect(code).toBe(2);
      expect(err.trim()).toMatch(cases[i]?.[1] as RegExp);
    });
    const { out } = await clip('--help');
    expect(out).toMatch(/scenes .*\(words alone\)/);
    expect(out).toMatch(/moving .*\(photo\)/);
  });
});

describe('Discord', () => {
  const clipOf = async (asked: FakeInteraction) => {
    const file = await until(() => (asked.original?.content.includes('⚠️') ? { url: '', filename: asked.original.content } : asked.original?.attachments[0]));
    return facts(file.filename, discord.download(file.url));
  };

  it('/video makes a clip of words alone', async () => {
    const asked = discord.slash('video', { prompt: 'a red boat on a lake', seed: 7 });
    expect(await clipOf(asked)).toMatchObject(fromWords);
    expect(asked.original?.content).toBe('> a red boat on a lake\n-# seed 7 · scenes · 0.5 s · 8 fps');
  });

  it('/animate moves a photo with the engine that was named', async () => {
    const { id } = discord.addPhoto(photo);
    const asked = discord.slash('animate', { image: id, engine: 'moving', seed: 7 });
    expect(await clipOf(asked)).toMatchObject(fromPhoto);
    expect(asked.original?.content).toBe('-# seed 7 · moving · 0.57 s · 7 fps');
  });
});

describe('Telegram', () => {
  const clipFor = async (request: FakeMessage) => {
    const answer = await until(() => telegram.messages(request.chat).find((message) => message.reply_to_message?.message_id === request.message_id));
    const video = await until(() => answer.video ?? (answer.text?.startsWith('⚠️') ? { file_id: answer.text } : null));
    return { answer, facts: await facts(`${video.file_id}.mp4`, telegram.bytesOf(video.file_id)) };
  };

  it('/video makes a clip of words alone, and Again makes the same one', async () => {
    const { user, chat } = telegram.person('Ada');
    const first = await clipFor(telegram.sendText(user, chat, '/video a red boat on a lake --seed 7'));
    expect(first.facts).toMatchObject(fromWords);
    await telegram.press(user, first.answer, { label: /Again/ });
    const second = await until(() => telegram.messages(chat).find((message) => message.video && message !== first.answer));
    expect(telegram.bytesOf(second.video?.file_id ?? '').equals(telegram.bytesOf(first.answer.video?.file_id ?? ''))).toBe(true);
  });

  it('a photo is moved with the engine that was named', async () => {
    const { user, chat } = telegram.person('Bea');
    expect((await clipFor(telegram.sendPhoto(user, chat, photo, { caption: '--engine moving' }))).facts).toMatchObject(fromPhoto);
  });
});
