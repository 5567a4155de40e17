/** Where an interaction comes from: place, room, person, the way back, and the limits of that place. */
import { type BaseInteraction, PermissionFlagsBits } from 'discord.js';
import { AppError } from '../../core/errors.ts';
import type { Address } from '../../core/job.ts';
import type { Origin } from '../../core/request.ts';

const MIB = 1024 * 1024;
/** Discord takes this much everywhere. */
const DEFAULT_FILE_BYTES = 10 * MIB;
/** The hint of a Nitro user is higher than what a bot may really send. */
const MAX_FILE_BYTES = 25 * MIB;
/** An interaction token lives 15 minutes. */
const TOKEN_LIFE_MS = 15 * 60_000;

export const userOf = (userId: string): string => `discord:user:${userId}`;

export const placeOf = (interaction: BaseInteraction): string =>
  interaction.guildId ? `discord:guild:${interaction.guildId}` : `discord:dm:${interaction.user.id}`;

/** A thread counts as the channel it hangs on. */
export const originOf = (interaction: BaseInteraction): Origin => {
  const { channel } = interaction;
  return {
    channel: 'discord',
    place: placeOf(interaction),
    room: (channel?.isThread() ? channel.parentId : interaction.channelId) ?? '',
    user: userOf(interaction.user.id),
    userName: interaction.user.displayName,
    locale: interaction.locale,
    roles: rolesOf(interaction.member),
  };
};

/** Role ids as they come with an interaction, whether or not the server is cached; none outside of servers. */
export const rolesOf = (member: BaseInteraction['member']): readonly string[] =>
  member === null ? [] : Array.isArray(member.roles) ? member.roles : [...member.roles.cache.keys()];

export const addressOf = (interaction: BaseInteraction & { readonly token: string }, nowMs: number): Address => ({
  channelId: interaction.channelId,
  parentChannelId: interaction.channel?.isThread() ? interaction.channel.parentId : null,
  guildId: interaction.guildId,
  interactionToken: interaction.token,
  applicationId: interaction.applicationId,
  tokenExpiresAtMs: nowMs + TOKEN_LIFE_MS,
  userId: interaction.user.id,
  messageId: null,
});

export const requestKeyOf = (interaction: BaseInteraction): string => `discord:interaction:${interaction.id}`;

export const maxClipBytesOf = (interaction: BaseInteraction): number => Math.min(interaction.attachmentSizeLimit || DEFAULT_FILE_BYTES, MAX_FILE_BYTES);

/** Asked before the job is taken: a clip that may not be posted must not be rendered. @throws RefusedError MISSING_PERMISSION */
export const checkMayAttach = (interaction: BaseInteraction): void => {
  const { appPermissions } = interaction;
  // No bits at all is what an interaction without the field looks like; nobody can run a command where we may do nothing.
  if (appPermissions.bitfield !== 0n && !appPermissions.has(PermissionFlagsBits.AttachFiles))
    throw new AppError('MISSING_PERMISSION', { permission: 'Attach Files' });
};
