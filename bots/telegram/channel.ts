/** Telegram as a channel: connects, hands every update on without waiting for it, and shows and delivers what jobs become. */
import { Telegraf } from 'telegraf';
import type { Update, UserFromGetMe } from 'telegraf/types';
import { type Channel, noOutbox } from '../../core/channel.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { createLane, type Lane, usualLane } from '../lane.ts';
import { readAddress } from './address.ts';
import { createAlbums } from './albums.ts';
import { createTelegramApi, TelegramFailure } from './api.ts';
import { press } from './buttons.ts';
import { createChatAction } from './chat-action.ts';
import { createConversation, showMenus } from './commands.ts';
import { createIntake } from './intake.ts';
import { deliverOutcome } from './outcome.ts';
import { createPace } from './pace.ts';
import { allowedUpdates, type Polling, startPolling } from './polling.ts';
import { createStatusBoard } from './status-board.ts';
import { createWebhookHandler, type WebhookHandler } from './webhook.ts';

export interface TelegramOptions {
  readonly deps: Deps;
  readonly token: string;
  /** Base address of the Bot API server, for example `https://api.telegram.org`. */
  readonly apiRoot: string;
  /** Updates are posted to `url` with the secret; without it they are polled for. */
  readonly webhook?: { readonly url: string; readonly secretToken: string };
  /** Shared with the other chats of this process. */
  readonly lane?: Lane;
  readonly log: Logger;
}

/** A process that took an update and has not dealt with it by then is taken for dead; another one begins again. */
const LEASE_MS = 60_000;
const LOOK_FOR_ABANDONED_MS = 15_000;
/** Words of a moderator: begun again after a crash they might count twice, and the moderator sees that no answer came. */
const notAgain = /^\/stillmotion\b/;

export const createTelegramChannel = ({
  token,
  apiRoot,
  webhook,
  lane = createLane(usualLane),
  log,
  ...options
}: TelegramOptions): Channel & { readonly webhookHandler?: WebhookHandler } => {
  const deps: Deps = { ...options.deps, log };
  const api = createTelegramApi(token, apiRoot);
  const board = createStatusBoard(api, deps.clock, (outcome) => deps.metrics.edit('telegram', outcome));
  const showAction = createChatAction(api, deps.clock);
  const pace = createPace();
  const intake = createIntake(api, board, { lane, pace, showAction }, deps);
  const albums = createAlbums();
  const underway = new Set<Promise<void>>();
  /** Keys of the updates that are being dealt with. */
  const handling = new Set<string>();
  let take: ((updates: readonly Update[]) => Promise<void>) | null = null;
  let watch: NodeJS.Timeout | null = null;
  let polling: Polling | null = null;

  const { inbox } = deps.store;

  /** Every update is kept in the database before Telegram is told that it was taken, and ticked off when it has been dealt with. */
  const dispatcher = (me: UserFromGetMe): ((updates: readonly Update[]) => Promise<void>) => {
    const bot = new Telegraf(token);
    bot.botInfo = me;
    const converse = createConversation({ id: me.id, name: me.username }, api, intake, albums, deps);
    // another bot on the same database counts its updates anew
    const keyOf = ({ update_id }: Update): string => `${me.id}:${update_id}`;
    /** telegraf waits for handlers before it goes on with the next updates, so that handlers only start the work. */
    const begin = (update: Update, work: Promise<void>): void => {
      handling.add(keyOf(update));
      const ended = work
        .catch((error: unknown) => log.warn({ err: error }, 'an update could not be dealt with'))
        .then(() => inbox.done('telegram', keyOf(update)))
        .catch((error: unknown) => log.warn({ err: error }, 'an update could not be ticked off'))
        .finally(() => {
          handling.delete(keyOf(update));
          underway.delete(ended);
        });
      underway.add(ended);
    };
    bot.on('message', ({ message, update }) => begin(update, converse(message)));
    bot.on('callback_query', ({ callbackQuery, update }) => begin(update, press(callbackQuery, me.id, api, intake, deps)));
    bot.use(({ update }) => begin(update, Promise.resolve()));
    bot.catch((error) => log.warn({ err: error }, 'an update could not be read'));

    const beginAgain = async (): Promise<void> => {
      await inbox.renew('telegram', [...handling], LEASE_MS);
      for (const { key, payload } of await inbox.abandoned('telegram', LEASE_MS)) {
        const update = payload as Update;
        if (!key.startsWith(`${me.id}:`) || handling.has(key)) continue;
        log.info({ update: key }, 'an update was left behind; beginning again');
        if ('message' in update && 'text' in update.message && notAgain.test(update.message.text)) await inbox.done('telegram', key);
        else void bot.handleUpdate(update);
      }
    };
    const lookAgain = (): void => void beginAgain().catch((error: unknown) => log.warn({ err: error }, 'updates left behind could not be looked for'));
    if (watch) clearInterval(watch);
    watch = setInterval(lookAgain, LOOK_FOR_ABANDONED_MS).unref();
    lookAgain();

    return async (updates) => {
      const fresh = await inbox.putAll(
        'telegram',
        updates.map((update) => ({ key: keyOf(update), payload: update })),
        LEASE_MS,
      );
      // Sent twice, or to two processes: the first one has it.
      for (const update of updates) if (fresh.delete(keyOf(update))) void bot.handleUpdate(update);
    };
  };

  const handler = webhook
    ? createWebhookHandler(webhook.secretToken, async (update) => {
        await take?.([update]);
        return take !== null;
      })
    : undefined;

  return {
    name: 'telegram',
    ...(handler ? { webhookHandler: handler } : {}),

    async start() {
      try {
        const me = await api.call<UserFromGetMe>('getMe');
        take = dispatcher(me);
        await showMenus(api, deps.manifests);
        if (webhook) await api.call('setWebhook', { url: webhook.url, secret_token: webhook.secretToken, allowed_updates: allowedUpdates });
        else {
          await api.call('deleteWebhook');
          polling ??= startPolling(api, take, log);
        }
        return `connected as @${me.username}`;
      } catch (error) {
        take = null;
        throw startError(error);
      }
    },

    async stop() {
      take = null;
      if (watch) clearInterval(watch);
      albums.stop();
      await polling?.stop();
      polling = null;
      pace.stop();
      await Promise.all(underway);
      board.stop();
    },

    async refreshMenus() {
      if (take) await showMenus(api, deps.manifests);
    },

    async showStatus(job, standing) {
      board.show(job, standing);
      if (job.state === 'running') void showAction(readAddress(job.address));
    },

    async deliver(job, clip, outbox = noOutbox) {
      await board.close(job);
      return deliverOutcome(job, clip, api, deps, outbox);
    },
  };
};

/** Telegram answers 401 to a revoked token and 404 to something that is none. */
const startError = (error: unknown): AppError => {
  if (!(error instanceof TelegramFailure)) throw error;
  if (error.method === 'getMe' && (error.status === 401 || error.status === 404)) {
    return new AppError('TOKEN_REFUSED', { platform: 'Telegram', source: '@BotFather', variable: 'TELEGRAM_TOKEN' }, { cause: error });
  }
  return new AppError('CHANNEL_FAILED', { reason: `Telegram: ${error.description.slice(0, 120)}` }, { cause: error });
};
