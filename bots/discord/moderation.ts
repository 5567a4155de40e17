/** `/stillmotion …` → the admin use case. Rights come with every interaction, computed by Discord at that moment. */
import { type BaseInteraction, type ChatInputCommandInteraction, PermissionFlagsBits } from 'discord.js';
import { type AdminCommand, admin, type Target } from '../../core/admin.ts';
import type { Deps } from '../../core/deps.ts';
import { answerPrivately } from './buttons.ts';
import { placeOf, rolesOf, userOf } from './origin.ts';

export const moderationCommand = async (interaction: ChatInputCommandInteraction, deps: Deps): Promise<void> => {
  const command = readCommand(interaction);
  if (!command) return;
  await answerPrivately(interaction, deps, async () => {
    const answer = await admin(
      {
        place: placeOf(interaction),
        actor: userOf(interaction.user.id),
        command,
        isModerator: async () => interaction.inGuild() && interaction.memberPermissions.has(PermissionFlagsBits.ManageGuild),
        right: 'Manage Server',
      },
      deps,
    );
    return asMentions(answer);
  });
};

/** @returns null for a subcommand of a newer or older registration */
const readCommand = ({ options }: ChatInputCommandInteraction): AdminCommand | null => {
  const name = [options.getSubcommandGroup(false), options.getSubcommand()].filter(Boolean).join('-');
  const target = (): Target => {
    const { id } = options.getUser('user', true);
    return { user: userOf(id), name: `<@${id}>`, roles: rolesOf((options.getMember('user') ?? null) as BaseInteraction['member']) };
  };
  const reason = options.getString('reason') ?? '';
  switch (name) {
    case 'settings-show':
    case 'audit':
      return { kind: name };
    case 'settings-set':
      return { kind: name, setting: options.getString('setting', true), value: options.getString('value', true) };
    case 'quota-show':
      return { kind: name, target: target(), why: options.getBoolean('why') ?? false };
    case 'quota-reset':
    case 'unban':
      return { kind: name, target: target() };
    case 'quota-grant':
      return { kind: name, target: target(), clips: options.getInteger('clips', true), reason };
    case 'ban':
      return { kind: name, target: target(), duration: options.getString('duration') ?? 'forever', reason };
    default:
      return null;
  }
};

/** Our ids of people become Discord's mentions, which show a name and ping nobody. */
const asMentions = (text: string): string => text.replace(/discord:user:(\d+)/g, '<@$1>');
