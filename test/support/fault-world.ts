/** Everything that outlives a process: the database, the files, the queue, and the two platforms, all on one clock that schedules move. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createDiscordChannel } from '../../bots/discord/channel.ts';
import type { Deps } from '../../core/deps.ts';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createFileStore } from '../../core/infra/file-store.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Address } from '../../core/job.ts';
import type { Logger } from '../../core/logger.ts';
import type { Origin } from '../../core/request.ts';
import { type FakeDiscord, startFakeDiscord } from './fake-discord.ts';
import type { FakeInteraction } from './fake-discord-state.ts';
import { type FakeTelegram, startFakeTelegram } from './fake-telegram.ts';
import type { FakeChat } from './fake-telegram-state.ts';
import { createFaultQueue, type FaultQueue } from './fault-queue.ts';
import type { Dice } from './fault-random.ts';
import { type FakeClock, fakeClock } from './jobs.ts';
import { sampleManifest } from './manifest.ts';
import { jpeg } from './photos.ts';
import { copyTemplate } from './template.ts';

export interface FaultWorld {
  readonly clock: FakeClock;
  readonly database: Database;
  readonly discord: FakeDiscord;
  readonly telegram: FakeTelegram;
  readonly queue: FaultQueue;
  readonly deps: Deps;
  readonly photo: Uint8Array;
  /** What was logged at `warn` and above since it was last emptied. */
  readonly logged: string[];
  /** Resolves when no request is under way: networks are faster than the jumps of this clock. */
  quiet(): Promise<void>;
  askOnDiscord(dice: Dice, guildId: string | null): Promise<Asked>;
  askOnTelegram(dice: Dice, chat: FakeChat | null): Promise<Asked>;
  close(): Promise<void>;
}

/** A request as a platform hands it over, and where its outcome belongs. */
export interface Asked {
  readonly origin: Origin;
  readonly address: Address;
  readonly requestKey: string;
  /** On Discord: the interaction; on Telegram: the chat. */
  readonly interaction: FakeInteraction | null;
  readonly chat: FakeChat | null;
}

const TOKEN_LIFE_MS = 15 * 60_000;

export const openFaultWorld = async (template: string): Promise<FaultWorld> => {
  const directory = copyTemplate(template);
  const clock = fakeClock();
  const discord = await startFakeDiscord({ nowMs: clock.nowMs, unheard: true });
  const telegram = await startFakeTelegram();
  const database = await openPglite(directory);
  const queue = createFaultQueue();
  const logged: string[] = [];
  const write = (...parts: unknown[]): void =>
    void logged.push(
      JSON.stringify(parts, (_key, value: unknown) => (value instanceof Error ? { message: value.message, cause: value.cause } : value)).slice(0, 600),
    );
  const log: Logger = { debug() {}, info() {}, warn: write, error: write, child: () => log };
  const photo = new Uint8Array(await jpeg());
  let count = 0;
  const deps: Deps = {
    store: createStore(database, clock),
    queue,
    clock,
    log,
    files: createFileStore(join(directory, 'files')),
    metrics: { request: () => undefined, job: () => undefined, delivery: () => undefined, refund: () => undefined, edit: () => undefined },
    manifests: [sampleManifest],
    inspector: {
      inspect: async (bytes) => ({
        sha256: createHash('sha256').update(bytes).digest('hex'),
        type: 'image/jpeg',
        bytes: bytes.length,
        widthPx: 640,
        heightPx: 480,
      }),
    },
    downloader: { download: async () => photo },
    quotaDaily: 5,
    quotaPlaceMax: 1000,
    newJobId: () => `job${String(++count).padStart(13, '0')}`,
    newSeed: () => count,
  };
  let people = 0;
  // registers the commands; afterwards nobody listens at the gateway, and requests reach the use cases directly
  const registrar = createDiscordChannel({ deps, token: discord.token, apiUrl: discord.apiUrl, log });
  await registrar.start();
  await registrar.stop();

  return {
    clock,
    database,
    discord,
    telegram,
    queue,
    deps,
    photo,
    logged,

    async quiet() {
      for (let still = 0; still < 2; ) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        still = discord.active() + telegram.active() === 0 ? still + 1 : 0;
      }
    },

    async askOnDiscord(dice, guildId) {
      const userId = `7000000000000${String(10_000 + ++people)}`;
      const channelId = `8000000000000${String(10_000 + people)}`;
      if (guildId !== null) discord.addChannel(channelId, guildId);
      const image = discord.addPhoto(photo).id;
      const interaction = discord.slash(
        'animate',
        { image, prompt: 'waves' },
        { userId, guildId, ...(guildId === null ? {} : { channelId }), attachmentSizeLimit: dice.pick([10, 25, 500]) * 1024 * 1024 },
      );
      // what the channel does first of all: the person sees that it thinks
      await fetch(`${discord.apiUrl}/v10/interactions/${interaction.id}/${interaction.token}/callback`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'DiscordBot (https://example.org, 1)' },
        body: JSON.stringify({ type: 5 }),
      });
      const place = guildId === null ? `discord:dm:${userId}` : `discord:guild:${guildId}`;
      return {
        interaction,
        chat: null,
        requestKey: `discord:interaction:${interaction.id}`,
        origin: { channel: 'discord', place, room: interaction.channelId, user: `discord:user:${userId}`, userName: 'Ada', locale: 'en' },
        address: {
          ...{ channelId: interaction.channelId, guildId, parentChannelId: null, interactionToken: interaction.token, applicationId: '123456789012345678' },
          ...{ tokenExpiresAtMs: clock.nowMs() + TOKEN_LIFE_MS, userId, messageId: null },
        },
      };
    },

    async askOnTelegram(_dice, where) {
      const { user, chat: own } = telegram.person('Ada');
      const chat = where ?? own;
      const request = telegram.sendPhoto(user, chat, photo, { caption: 'waves' });
      const answer = await fetch(`${telegram.apiRoot}/bot${telegram.token}/sendMessage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat_id: chat.id, text: 'Got it' }),
      });
      const { result } = (await answer.json()) as { result: { message_id: number } };
      return {
        interaction: null,
        chat,
        requestKey: `telegram:${telegram.bot.id}:${chat.id}:${request.message_id}`,
        origin: { channel: 'telegram', place: `telegram:chat:${chat.id}`, room: '', user: `telegram:user:${user.id}`, userName: 'Ada', locale: 'en' },
        address: { chatId: chat.id, threadId: null, requestMessageId: request.message_id, statusMessageId: result.message_id },
      };
    },

    async close() {
      await discord.close();
      await telegram.close();
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
