/** The way back into a conversation on Discord, as it is kept with the job. */
import type { Address } from '../../core/job.ts';

export interface DiscordAddress {
  readonly channelId: string | null;
  /** The channel a thread hangs on; null outside of threads. */
  readonly parentChannelId: string | null;
  /** Null in a direct message. */
  readonly guildId: string | null;
  /** Null once Discord refused it; never tried again. */
  readonly interactionToken: string | null;
  readonly applicationId: string;
  readonly tokenExpiresAtMs: number;
  readonly userId: string;
  /** The message that shows the job, once known. */
  readonly messageId: string | null;
}

/** Clocks differ a little. A token that dies all the same is refused once, and the clip goes the next way. */
const TOKEN_MARGIN_MS = 500;

const text = (value: Address[string] | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);

export const readAddress = (address: Address): DiscordAddress => ({
  channelId: text(address.channelId),
  parentChannelId: text(address.parentChannelId),
  guildId: text(address.guildId),
  interactionToken: text(address.interactionToken),
  applicationId: text(address.applicationId) ?? '',
  tokenExpiresAtMs: Number(address.tokenExpiresAtMs ?? 0),
  userId: text(address.userId) ?? '',
  messageId: text(address.messageId),
});

/** The interaction token while it can still carry an edit, otherwise null. */
export const liveToken = (address: DiscordAddress, nowMs: number): string | null =>
  nowMs < address.tokenExpiresAtMs - TOKEN_MARGIN_MS ? address.interactionToken : null;
