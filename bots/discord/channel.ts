/** Stillmotion on Discord: connects, registers its commands, hands interactions to their handlers, and brings clips back. */
import { once } from 'node:events';
import { type AutocompleteInteraction, Client, DiscordjsErrorCodes, Events, GatewayIntentBits, type Interaction, Options, Partials, Routes } from 'discord.js';
import { type Channel, noOutbox } from '../../core/channel.ts';
import type { Deps } from '../../core/deps.ts';
import { photoEngines, wordsEngines } from '../../core/engine-choice.ts';
import { AppError } from '../../core/errors.ts';
import type { Job } from '../../core/job.ts';
import type { Logger } from '../../core/logger.ts';
import { createLane, type Lane, usualLane } from '../lane.ts';
import { liveToken, readAddress } from './address.ts';
import { againButton, animateCommand, animateForm, animateMessage, type Desk, videoCommand } from './animate.ts';
import { cancelButton, cancelCommand, deleteButton, helpCommand, quotaCommand, resultCommand } from './buttons.ts';
import { ANIMATE_MESSAGE, commandDefinitions, sameCommands } from './commands.ts';
import { type OutgoingMessage, readButton } from './messages.ts';
import { moderationCommand } from './moderation.ts';
import { deliverOutcome } from './outcome.ts';
import { createOffers } from './photos.ts';
import { describe, loggable, problemOf } from './problem.ts';
import { createDiscordRest } from './rest.ts';
import { createStatusBoard, type EditResult } from './status-board.ts';
import { suggest } from './suggestions.ts';

const READY_WITHIN_MS = 60_000;

export interface DiscordOptions {
  readonly deps: Deps;
  readonly token: string;
  /** Base of the REST API; undefined = Discord's own. The gateway's address comes from there. */
  readonly apiUrl?: string | undefined;
  /** `auto`: as many as Discord recommends, all in this process. */
  readonly shards?: Shards | undefined;
  /** Shared with the other chats of this process. */
  readonly lane?: Lane;
  readonly log: Logger;
}

type Shards = 'auto' | { readonly ids: readonly number[]; readonly total: number };

/** `start` throws ConfigError TOKEN_REFUSED, ChannelError CHANNEL_FAILED when trying again may help. */
export const createDiscordChannel = ({ deps, token, apiUrl, shards = 'auto', lane = createLane(usualLane), log }: DiscordOptions): Channel => {
  const rest = createDiscordRest(token, apiUrl);
  const running = new Set<Promise<void>>();
  let client: Client | null = null;
  let stopped = false;

  const edit = async (job: Job, message: OutgoingMessage): Promise<EditResult> => {
    const address = readAddress(job.address);
    const live = liveToken(address, deps.clock.nowMs());
    if (live === null) return { kind: 'dead' };
    try {
      const messageId = await rest.editOriginal(address.applicationId, live, message);
      if (address.messageId === null) await deps.store.jobs.saveAddress(job.id, { ...job.address, messageId });
      deps.metrics.edit('discord', 'shown');
      return { kind: 'shown' };
    } catch (error) {
      const problem = problemOf(error);
      log.debug({ jobId: job.id, problem: problem.reason }, 'status not shown');
      deps.metrics.edit('discord', problem.kind === 'later' ? 'later' : 'dead');
      if (problem.kind === 'later') return { kind: 'wait', retryAfterMs: problem.retryAfterMs };
      await deps.store.jobs.saveAddress(job.id, { ...job.address, interactionToken: null }).catch(() => undefined);
      return { kind: 'dead' };
    }
  };
  const board = createStatusBoard(
    edit,
    (job) => readAddress(job.address).channelId ?? '',
    () => deps.clock.nowMs(),
    () => deps.metrics.edit('discord', 'skipped'),
  );
  const desk: Desk = { deps, lane, offers: createOffers(deps.files), showStatus: async (job, standing) => board.show(job, standing) };

  const take = (interaction: Interaction): void => {
    if (stopped) return;
    const handling = handle(interaction, desk)
      .catch((error: unknown) => log.warn({ ...loggable(error), interaction: interaction.id }, 'an interaction could not be answered'))
      .finally(() => running.delete(handling));
    running.add(handling);
  };

  const connect = async (): Promise<string> => {
    await client?.destroy();
    const fresh = createClient(apiUrl, shards);
    client = fresh;
    fresh.on(Events.InteractionCreate, take);
    fresh.on(Events.Error, (error) => log.warn(loggable(error), 'discord client error'));
    fresh.on(Events.ShardError, (error) => log.warn({ problem: describe(error) }, 'discord connection error'));
    fresh.on(Events.ShardDisconnect, ({ code }) => log.error({ code }, 'Discord closed the connection for good'));
    const ready = once(fresh, Events.ClientReady, { signal: AbortSignal.timeout(READY_WITHIN_MS) });
    ready.catch(() => undefined);
    await fresh.login(token);
    await ready;
    const problem = await registerCommands(fresh as Client<true>, deps).then(
      () => '',
      (error: unknown) => ` (its commands could not be registered: ${describe(error)})`,
    );
    return `connected as ${fresh.user?.tag ?? 'an unknown bot'}${problem}`;
  };

  return {
    name: 'discord',
    async start() {
      try {
        return await connect();
      } catch (error) {
        await client?.destroy().catch(() => undefined);
        throw startError(error);
      }
    },
    async stop() {
      stopped = true;
      await Promise.all(running);
      board.stop();
      await client?.destroy();
    },
    async refreshMenus() {
      if (client?.isReady()) await registerCommands(client, deps);
    },
    showStatus: desk.showStatus,
    async deliver(job, clip, outbox = noOutbox) {
      // An edit still under way would land on top of the clip.
      await board.close(job.id);
      // That edit may have found the token dead; a dead token is tried once.
      const address = (await deps.store.jobs.find(job.id))?.address ?? job.address;
      return deliverOutcome({ ...job, address }, clip, rest, deps, outbox);
    },
  };
};

const startError = (error: unknown): AppError =>
  error instanceof Error && 'code' in error && error.code === DiscordjsErrorCodes.TokenInvalid
    ? new AppError('TOKEN_REFUSED', { platform: 'Discord', source: 'discord.com/developers/applications › your application › Bot', variable: 'DISCORD_TOKEN' })
    : new AppError('CHANNEL_FAILED', { reason: describe(error) });

/** No privileged intent, and as good as no cache: interactions carry what is needed. */
const createClient = (apiUrl: string | undefined, shards: Shards): Client =>
  new Client({
    intents: [GatewayIntentBits.Guilds],
    ...(shards === 'auto' ? { shards } : { shards: [...shards.ids], shardCount: shards.total }),
    // A thread must say which channel it hangs on even if Discord has not told us of it before.
    partials: [Partials.Channel],
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0, GuildMemberManager: 0, UserManager: 0 }),
    rest: { version: '10', ...(apiUrl ? { api: apiUrl } : {}) },
  });

const registerCommands = async (client: Client<true>, deps: Deps): Promise<void> => {
  const route = Routes.applicationCommands(client.application.id);
  const wanted = commandDefinitions(deps.manifests);
  const registered = await client.rest.get(route).catch(() => null);
  if (!sameCommands(registered, wanted)) await client.rest.put(route, { body: wanted });
};

/** Interactions that are not ours are left alone. */
const handle = async (interaction: Interaction, desk: Desk): Promise<void> => {
  const { deps } = desk;
  if (interaction.isAutocomplete()) return autocomplete(interaction, deps);
  if (interaction.isMessageContextMenuCommand()) {
    if (interaction.commandName === ANIMATE_MESSAGE) await animateMessage(interaction, desk);
  } else if (interaction.isModalSubmit()) {
    await animateForm(interaction, desk);
  } else if (interaction.isButton()) {
    const button = readButton(interaction.customId);
    if (button?.action === 'again') await againButton(interaction, button.jobId, 'same', desk);
    else if (button?.action === 'newSeed') await againButton(interaction, button.jobId, 'new', desk);
    else if (button?.action === 'cancel') await cancelButton(interaction, button.jobId, deps);
    else if (button?.action === 'delete') await deleteButton(interaction, button.jobId, deps);
  } else if (interaction.isChatInputCommand()) {
    if (interaction.commandName === 'animate') await animateCommand(interaction, desk);
    else if (interaction.commandName === 'video') await videoCommand(interaction, desk);
    else if (interaction.commandName === 'stillmotion') await moderationCommand(interaction, deps);
    else if (interaction.commandName === 'result') await resultCommand(interaction, deps);
    else if (interaction.commandName === 'quota') await quotaCommand(interaction, deps);
    else if (interaction.commandName === 'cancel') await cancelCommand(interaction, deps);
    else if (interaction.commandName === 'help') await helpCommand(interaction, deps);
  }
};

const autocomplete = async (interaction: AutocompleteInteraction, deps: Deps): Promise<void> => {
  const { name, value } = interaction.options.getFocused(true);
  const { commandName, options } = interaction;
  const setting = commandName === 'stillmotion' ? options.getString('setting') : null;
  const { manifests } = deps;
  const able = commandName === 'animate' ? photoEngines(manifests) : commandName === 'video' ? wordsEngines(manifests) : manifests;
  await interaction.respond(suggest({ name, value: String(value) }, setting, able, commandName === 'video'));
};
