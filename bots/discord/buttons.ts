/** The buttons Cancel and Delete, and the small commands of a person: /result, /cancel, /quota, /help. */
import { type ButtonInteraction, type ChatInputCommandInteraction, MessageFlags, PermissionFlagsBits } from 'discord.js';
import { cancel, cancelNewest, removeClip } from '../../core/cancel.ts';
import { collect } from '../../core/collect.ts';
import type { Deps } from '../../core/deps.ts';
import { quotaText } from '../../core/quota.ts';
import { helpText } from '../../core/render.ts';
import { answer, refusal, whisper } from './answers.ts';
import { addressOf, checkMayAttach, maxClipBytesOf, placeOf, rolesOf, userOf } from './origin.ts';

/** The job's own message then says how it ended. */
export const cancelButton = async (interaction: ButtonInteraction, jobId: string, deps: Deps): Promise<void> => {
  await interaction.deferUpdate();
  try {
    await cancel(jobId, userOf(interaction.user.id), deps);
  } catch (error) {
    await whisper(interaction, refusal(error, interaction, deps.log));
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
    await whisper(interaction, refusal(error, interaction, deps.log));
  }
};

export const cancelCommand = (interaction: ChatInputCommandInteraction, deps: Deps): Promise<void> =>
  answerPrivately(interaction, deps, async () => {
    const job = await cancelNewest(userOf(interaction.user.id), placeOf(interaction), deps);
    return job.state === 'canceled' ? '🛑 Canceled. Nothing was charged.' : '🛑 Stopping …';
  });

export const quotaCommand = (interaction: ChatInputCommandInteraction, deps: Deps): Promise<void> =>
  answerPrivately(interaction, deps, () => {
    const asked = { roles: rolesOf(interaction.member), why: interaction.options.getBoolean('why') ?? false };
    return quotaText(userOf(interaction.user.id), placeOf(interaction), deps, asked);
  });

/** The clip takes the place of the answer; the deliverer brings it. */
export const resultCommand = async (interaction: ChatInputCommandInteraction, deps: Deps): Promise<void> => {
  await interaction.deferReply();
  try {
    checkMayAttach(interaction);
    const code = interaction.options.getString('code')?.trim() || null;
    const address = addressOf(interaction, deps.clock.nowMs());
    await collect({ user: userOf(interaction.user.id), code, address, maxClipBytes: maxClipBytesOf(interaction) }, deps);
  } catch (error) {
    await answer(interaction, refusal(error, interaction, deps.log));
  }
};

export const helpCommand = (interaction: ChatInputCommandInteraction, deps: Deps): Promise<void> =>
  answerPrivately(
    interaction,
    deps,
    async () => `${helpText(deps.manifests, '/video')}\nUse /animate, or open the menu of a message with a photo: Apps › Animate.`,
  );

/** Acknowledges at once, then answers for the asking person's eyes only; a failure becomes its sentence. */
export const answerPrivately = async (interaction: ChatInputCommandInteraction, deps: Deps, words: () => Promise<string>): Promise<void> => {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  await answer(interaction, await words().catch((error: unknown) => refusal(error, interaction, deps.log)));
};
