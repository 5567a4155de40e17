/** The composition root: builds everything from the configuration, starts it in order, and stops it without losing anything. */
import { createHash, randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { customAlphabet } from 'nanoid';
import { discoverEngines } from '../config/engines.ts';
import type { Config } from '../config/index.ts';
import type { Channel } from '../core/channel.ts';
import { systemClock } from '../core/clock.ts';
import { startDeliverer } from '../core/deliver.ts';
import type { Deps } from '../core/deps.ts';
import type { EngineManifest } from '../core/engine.ts';
import { asAppError, noteText } from '../core/errors.ts';
import { startFollower } from '../core/follow.ts';
import { createBullQueue } from '../core/infra/bullmq-queue.ts';
import { openPglite, openPostgres } from '../core/infra/database.ts';
import { createFileStore } from '../core/infra/file-store.ts';
import { createMetrics } from '../core/infra/metrics.ts';
import { createStore } from '../core/infra/store.ts';
import type { Logger } from '../core/logger.ts';
import { startMenus } from '../core/menus.ts';
import { photoLimits } from '../core/photo.ts';
import { MAX_SEED } from '../core/request.ts';
import { startRetention } from '../core/retention.ts';
import type { FileStore } from '../core/store.ts';
import { startSweeper } from '../core/sweep.ts';
import { type Offer, startAnnouncing, startOffer } from '../core/workers.ts';
import { startConsumer } from '../worker/consumer.ts';
import { createInference } from '../worker/inference.ts';
import { convertClip, fitClip } from '../worker/media/convert.ts';
import { createPhotoInspector } from '../worker/vision/photo.ts';
import { createDiscordChannel } from './discord/channel.ts';
import { createDownloader } from './download.ts';
import { startHealth } from './health.ts';
import { createLane, usualLane } from './lane.ts';
import { createTelegramChannel } from './telegram/channel.ts';
import { createWeb } from './web/server.ts';

/** A chat platform as the start screen and the page show it. */
export interface ChannelStatus {
  readonly name: string;
  readonly state: 'off' | 'connecting' | 'connected' | 'failed';
  /** `connected as …`, which variable to set, or what went wrong. */
  readonly detail: string;
}

export interface App {
  /** Address of the page, or null in a worker. */
  readonly url: string | null;
  readonly deps: Deps;
  channels(): readonly ChannelStatus[];
  /** Resolves when every chat platform has connected or failed. */
  readonly connected: Promise<void>;
  /** Takes nothing new, lets what runs finish, and closes everything. Repeatable. */
  stop(): Promise<void>;
}

const newJobId = customAlphabet('0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', 16);
const RECONNECT_MS = [2_000, 5_000, 15_000, 60_000] as const;

/** @throws ConfigError DATA_DIR_IN_USE; whatever the database or the port say */
export const startApp = async (config: Config, log: Logger): Promise<App> => {
  const manifests = await discoverEngines(config.modelsDir, log);
  const files = await openFiles(config);
  const database = config.databaseUrl ? await openPostgres(config.databaseUrl) : await openPglite(config.dataDir);
  const store = createStore(database, systemClock);
  const queue = createBullQueue(config.redisUrl ? { redisUrl: config.redisUrl } : { database: database.queueConnection }, log);
  const closeInfra = async (): Promise<void> => {
    await queue.close().catch((error: unknown) => log.warn({ err: error }, 'the queue did not close cleanly'));
    await database.close();
  };
  const metrics = createMetrics(store.jobs, store.predictions, store.deliveries);
  const announced = { id: randomUUID(), manifests: config.role === 'bot' ? [] : manifests, provider: config.executionProviders.join(',') };
  const announcing = await startAnnouncing({ store, log }, announced);
  // Whoever takes requests offers what any worker on its database holds, this process or another; those models need not lie here.
  const offer = config.role === 'worker' || !config.databaseUrl ? null : await startOffer({ store, log }, manifests);
  const deps: Deps = {
    store,
    queue,
    metrics,
    log,
    manifests: offer?.manifests ?? manifests,
    files,
    clock: systemClock,
    inspector: createPhotoInspector(),
    downloader: createDownloader({
      allowedOrigins: [...config.downloadAllow, new URL(config.telegram.apiRoot).origin],
      maxBytes: photoLimits.maxBytes,
      timeoutMs: 20_000,
    }),
    quotaDaily: config.quotaDaily,
    quotaPlaceMax: config.quotaPlaceMax,
    waitingCaps: config.waitingCaps,
    newJobId,
    newSeed: () => randomInt(0, MAX_SEED + 1),
  };
  try {
    const front = config.role === 'worker' ? null : await startFront(config, deps, () => metrics.text(), offer);
    const health =
      config.role === 'worker' && config.healthPort !== null
        ? await startHealth({ ...config.web, port: config.healthPort, metricsText: () => metrics.text(), ready: () => isReady(store) })
        : null;
    const work = config.role === 'bot' ? null : startWork(config, deps, manifests);
    const stop = async (): Promise<void> => {
      // Workers finish first, then their clips go out, and only then conversations and connections end.
      await announcing.stop();
      await work?.stop();
      await front?.stop();
      await health?.stop();
      await offer?.stop();
      await closeInfra();
    };
    let stopped: Promise<void> | null = null;
    return {
      url: front?.url ?? null,
      deps,
      channels: () => front?.channels() ?? [],
      connected: front?.connected ?? Promise.resolve(),
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await announcing.stop();
    await offer?.stop();
    await closeInfra();
    throw error;
  }
};

const isReady = (store: Deps['store']): Promise<boolean> =>
  store.jobs.counts().then(
    () => true,
    () => false,
  );

const openFiles = async ({ dataDir, s3 }: Config): Promise<FileStore> => {
  if (s3 === null) return createFileStore(join(dataDir, 'files'));
  // the client is large, and most installations have no bucket
  const { openS3Store } = await import('../core/infra/s3-store.ts');
  return openS3Store({ ...s3, cacheDirectory: join(dataDir, 'cache') });
};

/** The chats and the page. */
const startFront = async (config: Config, deps: Deps, metricsText: () => Promise<string>, offer: Offer | null) => {
  const { log, store } = deps;
  const statuses = new Map<string, ChannelStatus>();
  const { discord, telegram } = createChats(config, deps, statuses);
  const chats = [discord, telegram].filter((channel) => channel !== null);
  const { webhookUrl } = config.telegram;
  const follower = startFollower(chats, deps);
  const web = createWeb({
    deps,
    follower,
    convert: (path, format, maxBytes) => convertClip(path, format, maxBytes, config.ffmpegPath),
    channels: () => [...statuses.values()],
    host: config.web.host,
    port: config.web.port,
    token: config.web.token,
    ...(telegram?.webhookHandler && webhookUrl ? { telegramWebhook: { path: new URL(webhookUrl).pathname, handle: telegram.webhookHandler } } : {}),
    metricsText,
    ready: () => isReady(store),
    log,
  });
  let url: string;
  try {
    ({ url } = await web.start());
  } catch (error) {
    await follower.stop();
    throw error;
  }
  const halt = new AbortController();
  const connected = Promise.all(chats.map((channel) => connect(channel, statuses, log, halt.signal))).then(() => undefined);
  const menus = offer && startMenus(chats, offer, deps);
  const deliverer = startDeliverer([...chats, web.channel], {
    ...deps,
    fit: (path, format, maxBytes) => fitClip(path, format, maxBytes, config.ffmpegPath),
  });
  return {
    url,
    connected,
    channels: () => [...statuses.values()],
    async stop() {
      halt.abort();
      await menus?.stop();
      await deliverer.stop();
      await follower.stop();
      await Promise.all(chats.map((channel) => channel.stop()));
      await web.stop();
    },
  };
};

/** The part that makes clips, with the engines that lie here. */
const startWork = (config: Config, deps: Deps, manifests: readonly EngineManifest[]) => {
  const { executionProviders: providers, ffmpegPath, modelsDir, threads } = config;
  const inference = createInference({ manifests, modelsDir, providers, threads, ffmpegPath, log: deps.log });
  const consumer = startConsumer({ ...deps, inference, engines: manifests.map(({ id }) => id) });
  const sweeper = startSweeper(deps);
  const retention = config.keepMs === null ? null : startRetention(deps, config.keepMs);
  return {
    async stop() {
      await retention?.stop();
      await sweeper.stop();
      await consumer.close();
      await inference.close();
    },
  };
};

const createChats = (config: Config, deps: Deps, statuses: Map<string, ChannelStatus>) => {
  const note = (name: string, variable: string, token: string | null) =>
    statuses.set(name, token ? { name, state: 'connecting', detail: 'connecting …' } : { name, state: 'off', detail: `set ${variable} to switch it on` });
  const { discord, telegram } = config;
  note('discord', 'DISCORD_TOKEN', discord.token);
  note('telegram', 'TELEGRAM_TOKEN', telegram.token);
  const { webhookUrl } = telegram;
  const lane = createLane(usualLane);
  return {
    discord: discord.token
      ? createDiscordChannel({ deps, lane, token: discord.token, apiUrl: discord.apiUrl, shards: discord.shards, log: deps.log.child({ channel: 'discord' }) })
      : null,
    telegram: telegram.token
      ? createTelegramChannel({
          deps,
          lane,
          token: telegram.token,
          apiRoot: telegram.apiRoot,
          // Every process must know the secret without being told, and it must say nothing about the token.
          ...(webhookUrl ? { webhook: { url: webhookUrl, secretToken: createHash('sha256').update(`webhook ${telegram.token}`).digest('hex') } } : {}),
          log: deps.log.child({ channel: 'telegram' }),
        })
      : null,
  };
};

/** Connects, and tries again while the platform cannot be reached. A refused token stays refused. */
const connect = async (channel: Channel, statuses: Map<string, ChannelStatus>, log: Logger, signal: AbortSignal): Promise<void> => {
  const set = (state: ChannelStatus['state'], detail: string) => statuses.set(channel.name, { name: channel.name, state, detail });
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      set('connected', await channel.start());
      return;
    } catch (thrown) {
      const error = asAppError(thrown, 'CHANNEL_FAILED');
      set('failed', noteText(error.toNote()));
      if (error.retry === 'never') return;
      log.warn({ err: thrown, channel: channel.name }, 'could not connect; trying again');
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS[Math.min(attempt, RECONNECT_MS.length - 1)]).unref());
    }
  }
};
