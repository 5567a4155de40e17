/** Telegram as a channel: connects, hands every update on without waiting for it, and shows and delivers what jobs become. */
import { Telegraf } from 'telegraf';
import type { Update, UserFromGetMe } from 'telegraf/types';
import type { Channel } from '../../core/channel.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { readAddress } from './address.ts';
import { createAlbums } from './albums.ts';
import { createTelegramApi, TelegramFailure } from './api.ts';
import { press } from './buttons.ts';
import { createChatAction } from './chat-action.ts';
import { commandMenus, createConversation } from './commands.ts';
import { createGate } from './gate.ts';
import { createIntake } from './intake.ts';
import { deliverOutcome } from './outcome.ts';
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
  readonly log: Logger;
}

/** Photos fetched and checked at once, of everybody and of one person. */
const INTAKE_AT_ONCE = 8;
const INTAKE_PER_PERSON = 2;
/** How many update ids are remembered, so that one sent twice is handled once. */
const MAX_SEEN = 5_000;

export const createTelegramChannel = ({
  token,
  apiRoot,
  webhook,
  log,
  ...options
}: TelegramOptions): Channel & { readonly webhookHandler?: WebhookHandler } => {
  const deps: Deps = { ...options.deps, log };
  const api = createTelegramApi(token, apiRoot);
  const board = createStatusBoard(api, deps.clock);
  const showAction = createChatAction(api, deps.clock);
  const intake = createIntake(api, board, createGate(INTAKE_AT_ONCE, INTAKE_PER_PERSON), deps);
  const albums = createAlbums();
  const seen = new Set<number>();
  const underway = new Set<Promise<void>>();
  let take: ((update: Update) => void) | null = null;
  let polling: Polling | null = null;

  /** telegraf waits for handlers before it goes on with the next updates, so that handlers only start the work. */
  const begin = (work: Promise<void>): void => {
    const ended = work.catch((error: unknown) => log.warn({ err: error }, 'an update could not be dealt with')).finally(() => underway.delete(ended));
    underway.add(ended);
  };

  const dispatcher = (me: UserFromGetMe): ((update: Update) => void) => {
    const bot = new Telegraf(token);
    bot.botInfo = me;
    const converse = createConversation({ id: me.id, name: me.username }, api, intake, albums, deps);
    bot.on('message', ({ message }) => begin(converse(message)));
    bot.on('callback_query', ({ callbackQuery }) => begin(press(callbackQuery, me.id, api, intake, deps)));
    bot.catch((error) => log.warn({ err: error }, 'an update could not be read'));
    return (update) => {
      if (seen.has(update.update_id)) return;
      seen.add(update.update_id);
      if (seen.size > MAX_SEEN) seen.delete(seen.values().next().value as number);
      void bot.handleUpdate(update);
    };
  };

  const handler = webhook
    ? createWebhookHandler(webhook.secretToken, (update) => {
        take?.(update);
        return take !== null;
      })
    : undefined;

  return {
    name: 'telegram',
    ...(handler ? { webhookHandler: handler } : {}),

    async start() {
      try {
        const me = await api.call<UserFromGetMe>('getMe');
        for (const menu of commandMenus) await api.call('setMyCommands', menu);
        take = dispatcher(me);
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
      albums.stop();
      await polling?.stop();
      polling = null;
      await Promise.all(underway);
      board.stop();
    },

    async showStatus(job, standing) {
      board.show(job, standing);
      if (job.state === 'running') showAction(readAddress(job.address));
    },

    async deliver(job, clip, logSend = (_way, send) => send()) {
      await board.close(job);
      return deliverOutcome(job, clip, api, deps, logSend);
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
