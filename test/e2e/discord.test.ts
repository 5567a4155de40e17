/** The main job on Discord with the real program: a command goes in, a clip comes back into the same message, checked by ffprobe. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Probe, probe } from '../../worker/media/probe.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type FakeDiscord, startFakeDiscord } from '../support/fake-discord.ts';
import type { FakeMessage } from '../support/fake-discord-payloads.ts';
import type { FakeInteraction } from '../support/fake-discord-state.ts';
import { jpeg } from '../support/photos.ts';
import { copyTemplate } from '../support/template.ts';

const small = { seconds: 1, fps: 8, prompt: 'slow zoom in' };
let discord: FakeDiscord;
let app: TestApp;
let photo: string;
let directory: string;
let dataDir: string;

const start = (): Promise<TestApp> =>
  startTestApp({
    DATA_DIR: dataDir,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DOWNLOAD_ALLOW: new URL(discord.cdnUrl).origin,
    REDIS_URL: '',
  });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'stillmotion-discord-'));
  dataDir = copyTemplate(inject('templateDirectory'));
  discord = await startFakeDiscord();
  app = await start();
  photo = discord.addPhoto(await jpeg(160, 100)).id;
});
afterAll(async () => {
  await app.close();
  await discord.close();
  rmSync(directory, { recursive: true, force: true });
  expect(discord.violations).toEqual([]);
});

const animate = (values: Record<string, string | number | boolean> = {}): FakeInteraction => discord.slash('animate', { image: photo, ...small, ...values });

/** The message with the clip, once it is there. */
const clipOf = async (asked: FakeInteraction, timeoutMs = 50_000): Promise<FakeMessage> => {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (asked.original?.attachments.length) return asked.original;
    if (asked.original?.content.includes('⚠️')) break;
  }
  throw new Error(`no clip came; the message says: ${asked.original?.content}`);
};

const probed = async (message: FakeMessage): Promise<Probe> => {
  const [file] = message.attachments;
  const path = join(directory, file?.filename ?? '');
  writeFileSync(path, discord.download(file?.url ?? ''));
  return probe(path);
};

describe('on Discord', () => {
  it('is connected', () => expect(app.channels()).toContainEqual({ name: 'discord', state: 'connected', detail: 'connected as Stillmotion#1234' }));

  it('a photo and words come back as an MP4 that plays everywhere', async () => {
    const asked = animate({ seed: 7 });
    const message = await clipOf(asked);
    expect(asked.ackMs).toBeLessThan(500);
    expect(message.content).toBe('> slow zoom in\n-# seed 7 · motion · 1 s · 8 fps');
    expect(await probed(message)).toMatchObject({
      container: expect.stringContaining('mp4'),
      codec: 'h264',
      pixelFormat: 'yuv420p',
      widthPx: 160,
      heightPx: 100,
      frameCount: 8,
    });
  });

  it('and as a GIF', async () => {
    const message = await clipOf(animate({ format: 'gif' }));
    expect(await probed(message)).toMatchObject({ codec: 'gif', widthPx: 160, heightPx: 100, frameCount: 8 });
  });

  it('everybody is acknowledged at once while clips are made, and every clip arrives once', async () => {
    const everybody = Array.from({ length: 4 }, () => animate());
    const messages = await Promise.all(everybody.map((asked) => clipOf(asked)));
    const acknowledged = everybody.map(({ ackMs }) => Math.round(ackMs ?? Number.POSITIVE_INFINITY));
    console.info(`Discord acknowledgements while the worker runs: ${acknowledged.join(', ')} ms`);
    expect(Math.max(...acknowledged)).toBeLessThan(500);
    expect(new Set(messages.map(({ attachments }) => attachments[0]?.filename)).size).toBe(4);
  });

  it('a program stopped with jobs in line brings each clip once when it runs again', async () => {
    const everybody = Array.from({ length: 4 }, () => animate({ seconds: 2 }));
    for (const { id } of everybody) {
      while (!(await app.deps.store.jobs.findByRequestKey(`discord:interaction:${id}`))) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await app.stop();
    expect(everybody.some((asked) => asked.original?.attachments.length === 0)).toBe(true);
    app = await start();
    for (const asked of everybody) {
      const message = await clipOf(asked);
      expect(await probed(message)).toMatchObject({ frameCount: 16 });
      expect(discord.messages.filter(({ attachments }) => attachments[0]?.filename === message.attachments[0]?.filename)).toHaveLength(1);
    }
  });
});
