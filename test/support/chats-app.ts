/** The whole program with installed models between both fake platforms, and what tests of its clips need beside it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probe } from '../../worker/media/probe.ts';
import { startTestApp } from './app.ts';
import { startFakeDiscord } from './fake-discord.ts';
import { startFakeTelegram } from './fake-telegram.ts';
import { installModels } from './models.ts';
import { jpeg } from './photos.ts';

const PATIENCE_MS = 50_000;

/** @param models engine ids and the small bundles they are */
export const startChatsApp = async (models: Readonly<Record<string, string>>) => {
  const directory = mkdtempSync(join(tmpdir(), 'stillmotion-chats-'));
  const modelsDir = join(directory, 'models');
  installModels(modelsDir, models);
  const [photo, discord, telegram] = await Promise.all([jpeg(160, 120), startFakeDiscord(), startFakeTelegram()]);
  const app = await startTestApp({
    MODELS_DIR: modelsDir,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DOWNLOAD_ALLOW: new URL(discord.cdnUrl).origin,
    TELEGRAM_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    REDIS_URL: '',
  });
  return {
    app,
    directory,
    discord,
    modelsDir,
    photo,
    telegram,

    /** What ffprobe says of a clip's bytes. */
    facts(name: string, bytes: Uint8Array) {
      const path = join(directory, name);
      writeFileSync(path, bytes);
      return probe(path);
    },

    /** Stops everything. @returns what broke the platforms' protocols */
    async close(): Promise<readonly string[]> {
      await app.close();
      await Promise.all([discord.close(), telegram.close()]);
      rmSync(directory, { recursive: true, force: true });
      return [...discord.violations, ...telegram.violations].map(String);
    },
  };
};

/** Waits until `find` finds something. @throws Error naming what was looked for */
export const until = async <T>(find: () => T | null | undefined | false, timeoutMs = PATIENCE_MS): Promise<T> => {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const found = find();
    if (found) return found;
  }
  throw new Error(`nothing came within ${timeoutMs} ms: ${find.toString().slice(0, 200)}`);
};
