/** What went wrong with a call to Discord, sorted by what can be done about it; and what of it may be logged. */
import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';

export type Problem =
  /** Try again after `retryAfterMs`. */
  | { readonly kind: 'later'; readonly retryAfterMs: number; readonly reason: string }
  /** The file is over the limit of that place. */
  | { readonly kind: 'too-large'; readonly reason: string }
  /** This way is closed: the token is dead, the message or channel gone, a right missing, or the request refused. */
  | { readonly kind: 'closed'; readonly reason: string };

const RETRY_AFTER_MS = 5_000;
/** An operator puts a refused bot token right in minutes, and thousands of refusals get the machine banned. */
const UNAUTHORIZED_RETRY_MS = 60_000;

/** @param error what `REST` of discord.js threw; its URL holds tokens and its body the prompt, so neither is kept */
export const problemOf = (error: unknown): Problem => {
  const reason = describe(error);
  if (error instanceof RateLimitError) return { kind: 'later', retryAfterMs: error.retryAfter, reason };
  if (error instanceof HTTPError) return { kind: 'later', retryAfterMs: RETRY_AFTER_MS, reason };
  if (!(error instanceof DiscordAPIError)) return { kind: 'later', retryAfterMs: RETRY_AFTER_MS, reason };
  if (error.status === 413 || error.code === 40005) return { kind: 'too-large', reason };
  // The bot's own token is being changed, and the clips must survive that; an interaction's token never comes back.
  if (error.status === 401 && !error.url.includes('/webhooks/')) return { kind: 'later', retryAfterMs: UNAUTHORIZED_RETRY_MS, reason };
  return { kind: 'closed', reason };
};

/** A few words without tokens or prompts: `Discord 50027: Invalid Webhook Token`, `ECONNREFUSED`. */
export const describe = (error: unknown): string => {
  if (error instanceof RateLimitError) return `Discord asks to wait ${Math.ceil(error.retryAfter / 1000)} s`;
  if (error instanceof DiscordAPIError) return `Discord ${error.code || error.status}: ${error.message.split('\n')[0]}`;
  if (error instanceof HTTPError) return `Discord answers ${error.status}`;
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

/** The log fields for a failure: our own errors whole, Discord's only in a few words. */
export const loggable = (error: unknown): object =>
  error instanceof DiscordAPIError || error instanceof HTTPError || error instanceof RateLimitError ? { problem: describe(error) } : { err: error };
