/**
 * Sentences as answers to an interaction, sent with exactly the fields Discord's specification names: the message methods of
 * discord.js add `tts` and `enforce_nonce` where they do not belong.
 */
import { type BaseInteraction, InteractionResponseType, MessageFlags, Routes } from 'discord.js';
import { asAppError, noteText } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { plainMessage } from './messages.ts';
import { loggable } from './problem.ts';

/** An interaction as every kind has it. */
export type Answerable = BaseInteraction & { readonly token: string };

/** Fills the answer that was deferred. */
export const answer = async ({ client, applicationId, token }: Answerable, text: string): Promise<void> => {
  await client.rest.patch(Routes.webhookMessage(applicationId, token, '@original'), { body: plainMessage(text).body, auth: false });
};

/** The first answer, for the asking person's eyes only. */
export const answerAtOnce = async ({ client, id, token }: Answerable, text: string): Promise<void> => {
  const data = { ...plainMessage(text).body, flags: MessageFlags.Ephemeral };
  await client.rest.post(Routes.interactionCallback(id, token), { body: { type: InteractionResponseType.ChannelMessageWithSource, data }, auth: false });
};

/** A message more, for the asking person's eyes only. */
export const whisper = async ({ client, applicationId, token }: Answerable, text: string): Promise<void> => {
  await client.rest.post(Routes.webhook(applicationId, token), { body: { ...plainMessage(text).body, flags: MessageFlags.Ephemeral }, auth: false });
};

/** The sentence for a failure; one that is nobody's fault but ours goes to the log. */
export const refusal = (error: unknown, interaction: BaseInteraction, log: Logger): string => {
  const known = asAppError(error);
  if (known.code === 'INTERNAL') log.error({ ...loggable(error), interaction: interaction.id }, 'an interaction failed');
  return `⚠️ ${noteText(known.toNote())}`;
};
