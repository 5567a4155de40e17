/** Calls to Discord that belong to jobs rather than to an open interaction; they work with the gateway away and after restarts. */
import { DiscordAPIError, REST, Routes } from 'discord.js';
import type { OutgoingMessage } from './messages.ts';

/** Uploading 25 MB on a slow line takes this long at most. */
const TIMEOUT_MS = 50_000;

const LOOK_BACK_MESSAGES = 50;

export interface DiscordRest {
  /** Edits the answer of an interaction by its token. @returns the message's id */
  editOriginal(applicationId: string, interactionToken: string, message: OutgoingMessage): Promise<string>;
  /**
   * Posts as the bot. The nonce makes a repetition within a few minutes return the first message instead of a second one.
   * @returns the message's id
   */
  post(channelId: string, message: OutgoingMessage, options: { readonly nonce: string; readonly replyTo: string | null }): Promise<string>;
  /** Looks through the newest messages for a file of ours. @returns the message's id, or null when there is none or we may not look */
  findOwn(channelId: string, filename: string): Promise<string | null>;
  /** @returns the id of the channel for direct messages with a person */
  openDirect(userId: string): Promise<string>;
}

/** All methods throw the errors of discord.js; a rate limit throws at once instead of waiting. */
export const createDiscordRest = (token: string, apiUrl: string | undefined): DiscordRest => {
  // No retries in here: a send that may have arrived must be known as such.
  const rest = new REST({ version: '10', timeout: TIMEOUT_MS, retries: 0, rejectOnRateLimit: () => true, ...(apiUrl ? { api: apiUrl } : {}) });
  // A 401 makes REST forget the token, which must not outlive the one call.
  const asBot = (): REST => rest.setToken(token);
  const id = (answer: unknown): string => String((answer as { id?: unknown }).id ?? '');
  return {
    editOriginal: async (applicationId, interactionToken, { body, files }) =>
      id(await rest.patch(Routes.webhookMessage(applicationId, interactionToken, '@original'), { body, files, auth: false })),
    post: async (channelId, { body, files }, { nonce, replyTo }) =>
      id(
        await asBot().post(Routes.channelMessages(channelId), {
          body: { ...body, nonce, enforce_nonce: true, ...(replyTo ? { message_reference: { message_id: replyTo, fail_if_not_exists: false } } : {}) },
          files,
        }),
      ),
    findOwn: async (channelId, filename) => {
      const query = new URLSearchParams({ limit: String(LOOK_BACK_MESSAGES) });
      const messages = await asBot()
        .get(Routes.channelMessages(channelId), { query })
        .catch((error: unknown) => {
          // A channel that is gone or closed to us holds nothing that anybody could see twice.
          if (error instanceof DiscordAPIError && (error.status === 403 || error.status === 404)) return [];
          throw error;
        });
      const found = (messages as readonly { readonly attachments?: readonly { readonly filename: string }[] }[]).find(({ attachments }) =>
        attachments?.some((attachment) => attachment.filename === filename),
      );
      return found ? id(found) : null;
    },
    openDirect: async (userId) => id(await asBot().post(Routes.userChannels(), { body: { recipient_id: userId } })),
  };
};
