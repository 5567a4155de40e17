/** The buttons Cancel and Delete, and the small commands of a person: /cancel, /quota, /help. */
import { type ButtonInteraction, type ChatInputCommandInteraction, MessageFlags, PermissionFlagsBits } from 'discord.js';
import { cancel, cancelNewest, removeClip } from '../../core/cancel.ts';
import type { Deps } from '../../core/deps.ts';
import { asAppError, noteText } from '../../core/errors.ts';
import { quota, quotaLine } from '../../core/quota.ts';
import { helpText } from '../../core/render.ts';
import { sentence } from './messages.ts';
import { placeOf, userOf } from './origin.ts';
import { loggable } from './problem.ts';

/** The job's own message then says how it ended. */
export const cancelButton = async (interaction: ButtonInteraction, jobId: string, deps: Deps): Promise<void> => {
  await interaction.deferUpdate();
  try {
    await cancel(jobId, userOf(interaction.user.id), deps);
  } catch (error) {
    await interaction.followUp({ ...sentence(refusal(error, interaction, deps)), flags: MessageFlags.Ephemeral });
  }
};

/** Removes the clip and the message that shows it. */
export const deleteButton = async (interaction: ButtonInteraction, jobId: string, deps: Deps): Promise<void> => {
  await interaction.deferUpdate();
  try {
    const job = await deps.store.jobs.find(jobId);
    const asModerator = job?.origin.place === placeOf(interaction) && (interaction.memberPermissions?.has(PermissionFlagsBits.ManageMessages) ?? false);
    await removeClip(jobId, userOf(interaction.user.id), deps, asModerator);
    await interaction.deleteReply();
  } catch (error) {
    await interaction.followUp({ ...sentence(refusal(error, interaction, deps)), flags: MessageFlags.Ephemeral });
  }
};

export const cancelCommand = (interaction: ChatInputCommandInteraction, deps: Deps): Promise<void> =>
  answerPrivately(interaction, deps, async () => {
    const job = await cancelNewest(userOf(interaction.user.id), placeOf(interaction), deps);
    return job.state === 'canceled' ? '🛑 Canceled. Nothing was charged.' : '🛑 Stopping …';
  });

export const quotaCommand = (interaction: ChatInputCommandInteraction, deps: Deps): Promise<void> =>
  answerPrivately(interaction, deps, async () => quotaLine(await quota(userOf(interaction.user.id), placeOf(interaction), deps), deps.clock.nowMs()));

export const helpCommand = (interaction: ChatInputCommandInteraction, deps: Deps): Promise<void> =>
  answerPrivately(interaction, deps, async () => `${helpText(deps.manifests)}\nUse /animate, or open the menu of a message with a photo: Apps › Animate.`);

/** Acknowledges at once, then answers for the asking person's eyes only; a failure becomes its sentence. */
export const answerPrivately = async (interaction: ChatInputCommandInteraction, deps: Deps, answer: () => Promise<string>): Promise<void> => {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  await interaction.editReply(sentence(await answer().catch((error: unknown) => refusal(error, interaction, deps))));
};

const refusal = (error: unknown, interaction: { readonly id: string }, deps: Deps): string => {
  const known = asAppError(error);
  if (known.code === 'INTERNAL') deps.log.error({ ...loggable(error), interaction: interaction.id }, 'an interaction failed');
  return `⚠️ ${noteText(known.toNote())}`;
};
