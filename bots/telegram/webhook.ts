/** What Telegram posts to us: only with the secret that was agreed on, answered before any work is done. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Update } from 'telegraf/types';

export interface WebhookRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export type WebhookHandler = (request: WebhookRequest) => Promise<{ readonly status: number }>;

const SECRET_HEADER = 'x-telegram-bot-api-secret-token';
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * @param take resolves when the update is safe; false or a throw when updates are not taken right now, so that Telegram sends this one again
 * @returns statuses: 200 taken, 401 wrong secret, 400 no update, 503 not now
 */
export const createWebhookHandler = (secretToken: string, take: (update: Update) => Promise<boolean>): WebhookHandler => {
  const expected = digest(secretToken);
  return async ({ headers, body }) => {
    if (!timingSafeEqual(expected, digest(headers[SECRET_HEADER] ?? ''))) return { status: 401 };
    const update = parse(body);
    if (!update) return { status: 400 };
    const taken = await take(update).catch(() => false);
    return { status: taken ? 200 : 503 };
  };
};

const parse = (body: string): Update | null => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'update_id' in value && Number.isInteger(value.update_id) ? (value as Update) : null;
  } catch {
    return null;
  }
};
